package dev.tandem.xmpp.link;

import java.time.Duration;
import java.util.Optional;

/**
 * How a link does.
 *
 * @param carrierKind {@code in-band} or {@code direct}
 * @param roundTrip of the last ping; empty before the first
 * @param sentBest bytes in the best second so far; 0 if it was never busy for one
 * @param receivedBest likewise
 */
public record LinkState(String carrierKind, Optional<Duration> roundTrip, long sentBest, long receivedBest) {}
