package dev.tandem.xmpp.carrier;

/** When to give a message up for lost: RFC 6298, in nanoseconds. Pure. */
final class RetransmissionTimer {
    /** RFC 6298 asks for a floor of 1 s. */
    static final long MIN_NANOS = 1_000_000_000L;

    static final long MAX_NANOS = 60_000_000_000L;

    /**
     * Sixteen times: after a long outage on a bad network a message is lost again now and then, and each costs that.
     */
    private static final int MAX_BACK_OFF = 4;

    /** Round trips through a shaper may be all alike for minutes, and then one is most of a second longer. */
    private static final long MIN_MARGIN_NANOS = 1_000_000_000L;

    /** Below this, a difference between two round trips says nothing: the other side may acknowledge 20 ms later. */
    private static final long GRAIN_NANOS = 30_000_000L;

    private double smoothed = -1;
    private double variation;

    /** Time-outs since a round trip was last measured. */
    private int expired;

    /**
     * A round trip that was measured on a message sent once only. Nothing else ends a back-off (Karn's rule): what was
     * sent twice arrives also when both were merely late, and a timer that then went back would send all of it twice
     * for as long as the server is slower than that.
     */
    void measured(long nanos) {
        if (smoothed < 0) {
            smoothed = nanos;
            variation = nanos / 2.0;
        } else {
            variation = 0.75 * variation + 0.25 * Math.abs(smoothed - nanos);
            smoothed = 0.875 * smoothed + 0.125 * nanos;
        }
        expired = 0;
    }

    /** Nothing was heard for {@link #timeoutNanos}. The first time is a probe and costs nothing (RFC 8985, 7). */
    void expired() {
        expired = Math.min(expired + 1, MAX_BACK_OFF + 1);
    }

    /** After this long something is lost of which nothing has been heard at all. */
    long timeoutNanos() {
        long measured = smoothed < 0 ? 0 : (long) (smoothed + Math.max(MIN_MARGIN_NANOS, 4 * variation));
        return Math.min(MAX_NANOS, Math.max(MIN_NANOS, measured) << Math.max(0, expired - 1));
    }

    /** After this long something is lost that others have overtaken: they show that the way is open (RFC 8985). */
    long overtakenNanos() {
        return smoothed < 0 ? MIN_NANOS : (long) (smoothed + Math.max(GRAIN_NANOS, 4 * variation));
    }
}
