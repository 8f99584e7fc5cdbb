package dev.tandem.xmpp.carrier;

/** When to give a message up for lost: RFC 6298, in nanoseconds. Pure. */
final class RetransmissionTimer {
    /** RFC 6298 says 1 s; but servers that shape read nothing for a second or two now and then. */
    static final long MIN_NANOS = 2_000_000_000L;

    static final long MAX_NANOS = 60_000_000_000L;

    /** Back-off goes no further, so that many attempts fit into the silence that ends a session. */
    static final long MAX_BACK_OFF_NANOS = 8_000_000_000L;

    private static final int MAX_BACK_OFF = 2;

    /** Round trips through a shaper may be all alike for minutes, and then one is a second longer. */
    private static final long MIN_MARGIN_NANOS = 1_000_000_000L;

    private static final int FORGIVENESS = 64;

    private double smoothed = -1;
    private double variation;
    private int backOff;
    private long atLeastNanos = MIN_NANOS;

    /** A round trip that was measured on a message sent once only (Karn's rule). */
    void measured(long nanos) {
        if (smoothed < 0) {
            smoothed = nanos;
            variation = nanos / 2.0;
        } else {
            variation = 0.75 * variation + 0.25 * Math.abs(smoothed - nanos);
            smoothed = 0.875 * smoothed + 0.125 * nanos;
        }
        atLeastNanos -= (atLeastNanos - MIN_NANOS) / FORGIVENESS;
        backOff = 0;
    }

    /**
     * Something was sent again that had not been lost: it was given up too soon. Round trips that long are not
     * measured, because what they are measured on was sent twice; so this is the only way to learn of them.
     */
    void wasTooSoon() {
        atLeastNanos = Math.min(MAX_BACK_OFF_NANOS, 2 * timeoutNanos());
    }

    void expired() {
        backOff = Math.min(backOff + 1, MAX_BACK_OFF);
    }

    void progressed() {
        backOff = 0;
    }

    long timeoutNanos() {
        long measured = smoothed < 0 ? 0 : (long) (smoothed + Math.max(MIN_MARGIN_NANOS, 4 * variation));
        long base = Math.max(atLeastNanos, measured);
        return Math.max(Math.min(MAX_NANOS, base), Math.min(MAX_BACK_OFF_NANOS, base << backOff));
    }
}
