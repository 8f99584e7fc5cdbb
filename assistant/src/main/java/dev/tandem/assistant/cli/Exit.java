package dev.tandem.assistant.cli;

/** How a command ends, for scripts. */
enum Exit {
    DONE(0),
    FAILED(1),
    USAGE(2),
    NOT_RUNNING(3),
    TIMED_OUT(4);

    private final int code;

    Exit(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** What the API calls a failure, as an exit. */
    static Exit ofKind(String kind) {
        return switch (kind) {
            case "usage" -> USAGE;
            case "timed-out" -> TIMED_OUT;
            default -> FAILED;
        };
    }
}
