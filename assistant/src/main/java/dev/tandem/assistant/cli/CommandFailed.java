package dev.tandem.assistant.cli;

/** Ends a command with one line and an exit code. */
final class CommandFailed extends Exception {
    private static final long serialVersionUID = 1;

    private final ExitCode code;

    CommandFailed(ExitCode code, String line) {
        super(line);
        this.code = code;
    }

    ExitCode code() {
        return code;
    }
}
