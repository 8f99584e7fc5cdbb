package dev.tandem.assistant.core;

import java.time.Duration;

/**
 * The numbers that a folder's decisions depend on, in one place.
 *
 * @param parallelPushes how many pushes of one type run at once, from 1: enough to hide a slow peer, few enough not to
 *     starve the disk
 * @param parallelFetches how many contents are fetched at once, or lots of small ones
 * @param directPeers up to so many reachable peers everybody tells everybody; with more, one of them relays (see
 *     {@link Gossip})
 * @param mergeWait how long a merge waits at most for other pushes that are on their way, so that they become one merge
 * @param relayPatience how long a relay may take to hold what it was told before the others do its work
 * @param promise how long a peer that said it would push may take before the same is taken from another
 */
public record Tuning(
        int parallelPushes,
        int parallelFetches,
        int directPeers,
        Duration mergeWait,
        Duration relayPatience,
        Duration promise) {
    /** What the daemon runs with. */
    public static final Tuning DEFAULT =
            new Tuning(4, 4, 8, Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(20));

    /** Refuses what makes no sense. */
    public Tuning {
        if (parallelPushes < 1 || directPeers < 0 || mergeWait.isNegative()) {
            throw new IllegalArgumentException(
                    "parallelPushes " + parallelPushes + ", directPeers " + directPeers + ", mergeWait " + mergeWait);
        }
    }
}
