package dev.tandem.assistant.commands;

/**
 * Why a command has failed for good, as a value.
 *
 * @param kind what the caller is told it is: {@code failed}, {@code usage} or {@code timed-out}
 * @param line for the user
 */
public record Failure(String kind, String line) {
    /** The usual one. */
    public static Failure of(String line) {
        return new Failure("failed", line);
    }
}
