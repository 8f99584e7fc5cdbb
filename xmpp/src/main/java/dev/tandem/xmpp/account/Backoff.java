package dev.tandem.xmpp.account;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * How long to wait after the n-th failure in a row: doubling from 1 s to 5 min, each up to a fifth longer. Time passed
 * in; not thread-safe.
 */
final class Backoff {
    /** A connection that held this long was a success; one that did not must not be tried again at once. */
    static final Duration STABLE = Duration.ofSeconds(60);

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LAST = Duration.ofMinutes(5);
    private static final int MAX_DOUBLINGS = 9;

    private final RandomGenerator random;
    private int failures;
    private Instant onlineSince = Instant.MAX;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** The number of the attempt that is made now; the first is 1. */
    int attempt() {
        return failures + 1;
    }

    /** The attempt has succeeded. */
    void online(Instant now) {
        onlineSince = now;
    }

    /** An attempt has failed, or the connection was lost; returns how long to wait before the next. */
    Duration failed(Instant now) {
        boolean wasStable = onlineSince.isBefore(now.minus(STABLE));
        failures = wasStable ? 1 : failures + 1;
        onlineSince = Instant.MAX;
        Duration wait = FIRST.multipliedBy(1L << Math.min(failures - 1, MAX_DOUBLINGS));
        long millis = Math.min(wait.toMillis(), LAST.toMillis());
        return Duration.ofMillis(millis + random.nextLong(millis / 5 + 1));
    }
}
