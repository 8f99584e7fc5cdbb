package dev.tandem.assistant.cli;

import java.io.Console;
import java.util.Optional;

/** The person at the keyboard, if there is one. */
final class Terminal {
    private Terminal() {}

    /** The terminal; empty if input or output is a file or a pipe. */
    @SuppressWarnings("SystemConsoleNull") // up to Java 21, null is how it says so
    static Optional<Console> find() {
        Console console = System.console();
        if (console == null) {
            return Optional.empty();
        }
        try {
            boolean is = (boolean) Console.class.getMethod("isTerminal").invoke(console); // since Java 22
            return is ? Optional.of(console) : Optional.empty();
        } catch (ReflectiveOperationException e) {
            return Optional.of(console);
        }
    }
}
