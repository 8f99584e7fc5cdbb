package dev.tandem.assistant.api;

/**
 * An action that could not be done, said once and for the user: what happened, what it means for the files, what to do.
 */
public final class ActionFailed extends Exception {
    private static final long serialVersionUID = 1;

    /** Which exit code the command line ends with. */
    public enum Kind {
        /** Exit 1. */
        FAILED,
        /** Exit 2: the request itself makes no sense. */
        USAGE,
        /** Exit 4. */
        TIMED_OUT
    }

    private final Kind kind;

    /**
     * One line for the user.
     *
     * @param kind how the command line ends
     * @param line what happened, what it means for the user's files, what to do
     */
    public ActionFailed(Kind kind, String line) {
        super(line);
        this.kind = kind;
    }

    /** How the command line ends. */
    public Kind kind() {
        return kind;
    }
}
