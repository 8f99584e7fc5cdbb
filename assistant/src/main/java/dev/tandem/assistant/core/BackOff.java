package dev.tandem.assistant.core;

import java.time.Duration;

/** How long to wait after failures in a row: 2 s, doubled each time, 256 s at most. */
final class BackOff {
    private static final Duration FIRST = Duration.ofSeconds(2);
    private static final int MAX_DOUBLINGS = 7;

    private BackOff() {}

    static Duration after(int failures) {
        return FIRST.multipliedBy(1L << Math.min(failures, MAX_DOUBLINGS));
    }
}
