package dev.tandem.assistant.cli;

/** How commands end; scripts rely on the numbers. */
enum ExitCode {
    DONE(0),
    FAILED(1),
    USAGE(2),
    NOT_RUNNING(3),
    TIMED_OUT(4);

    final int number;

    ExitCode(int number) {
        this.number = number;
    }
}
