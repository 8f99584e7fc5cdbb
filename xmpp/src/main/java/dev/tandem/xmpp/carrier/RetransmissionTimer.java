package dev.tandem.xmpp.carrier;

/** When to give a message up for lost: RFC 6298, in nanoseconds. Pure. */
final class RetransmissionTimer {
    /** RFC 6298 says 1 s; but servers that shape read nothing for a second or two now and then. */
    static final long MIN_NANOS = 2_000_000_000L;

    static final long MAX_NANOS = 60_000_000_000L;

    /** Back-off goes no further, so that many attempts fit into the silence that ends a session. */
    static final long MAX_BACK_OFF_NANOS = 8_000_000_000L;

    private static final int MAX_BACK_OFF = 2;

    private double smoothed = -1;
    private double variation;
    private int backOff;

    /** A round trip that was measured on a message sent once only (Karn's rule). */
    void measured(long nanos) {
        if (smoothed < 0) {
            smoothed = nanos;
            variation = nanos / 2.0;
        } else {
            variation = 0.75 * variation + 0.25 * Math.abs(smoothed - nanos);
            smoothed = 0.875 * smoothed + 0.125 * nanos;
        }
        backOff = 0;
    }

    void expired() {
        backOff = Math.min(backOff + 1, MAX_BACK_OFF);
    }

    void progressed() {
        backOff = 0;
    }

    long timeoutNanos() {
        long base = smoothed < 0 ? MIN_NANOS : Math.max(MIN_NANOS, (long) (smoothed + 4 * variation));
        return Math.max(Math.min(MAX_NANOS, base), Math.min(MAX_BACK_OFF_NANOS, base << backOff));
    }
}
