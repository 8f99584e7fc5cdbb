package dev.tandem.gitsync.worktree;

import java.time.Duration;

/**
 * When a change counts as finished.
 *
 * @param quiet after this long without a further change
 * @param atMost but a file that never rests is taken as it is after this long
 */
public record Settle(Duration quiet, Duration atMost) {
    /** 100 ms of quiet, 2 s at most. */
    public static final Settle DEFAULT = new Settle(Duration.ofMillis(100), Duration.ofSeconds(2));
}
