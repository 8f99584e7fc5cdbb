package dev.tandem.assistant.cli;

/** A command cannot go on: its exit, and the line for stderr. */
final class CommandFailed extends Exception {
    private static final long serialVersionUID = 1;

    private final Exit exit;

    CommandFailed(Exit exit, String line) {
        super(line);
        this.exit = exit;
    }

    Exit exit() {
        return exit;
    }
}
