package dev.tandem.xmpp.account;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait after the n-th failure in a row: doubling from 1 s to 5 min, each up to a fifth longer. Pure. */
final class Backoff {
    /** A connection that held this long counts as a success; one that did not must not be retried at once. */
    static final Duration STABLE = Duration.ofSeconds(60);

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LAST = Duration.ofMinutes(5);
    private static final int MAX_DOUBLINGS = 9;

    private Backoff() {}

    static Duration after(int failures, RandomGenerator random) {
        Duration wait = FIRST.multipliedBy(1L << Math.min(Math.max(failures - 1, 0), MAX_DOUBLINGS));
        long millis = Math.min(wait.toMillis(), LAST.toMillis());
        return Duration.ofMillis(millis + random.nextLong(millis / 5 + 1));
    }
}
