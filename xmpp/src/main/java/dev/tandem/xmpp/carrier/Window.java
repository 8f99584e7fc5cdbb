package dev.tandem.xmpp.carrier;

/**
 * How much may be under way, and in messages of what size: in the spirit of RFC 6817 (LEDBAT), in bytes of stanza.
 *
 * <p>Servers shape by reading slowly, so a slow path shows as queueing and not as loss: a round trip that takes more
 * than {@link #TARGET_NANOS} longer than the quickest seen. Until that happens the window grows by half each round
 * trip; from then on it holds what the server has been seen to pass on within the target, or, where that is less than
 * two messages, within {@link #SLOW_SECONDS}, the messages being made small enough. It grows on when nothing has queued
 * for a while. Growth is bounded in time as well, because many shapers let the first 20 kB pass at full speed: a window
 * that had doubled twenty times by then would wait in that server for minutes. Pure; not thread-safe.
 */
final class Window {
    /** What a stanza has around the base64: addresses, attributes, hints. */
    static final int OVERHEAD_BYTES = 400;

    static final long TARGET_NANOS = 200_000_000L;
    private static final double TARGET_SECONDS = TARGET_NANOS / 1e9;

    /** Of two messages: what waits behind them still gets through in less than two seconds. */
    private static final double SLOW_SECONDS = 0.6;

    /** Of three parts of a smaller one two would be overhead. */
    private static final int MIN_CONTENT = 256;

    private static final int FIRST_CONTENT = 1024;
    private static final int MESSAGES = 2;
    private static final double MIN_BYTES = MESSAGES * cost(MIN_CONTENT);
    private static final double FIRST_BYTES = MESSAGES * cost(FIRST_CONTENT);
    private static final double TWO_FULL_BYTES = MESSAGES * cost(Chunk.MAX_CONTENT);
    private static final double MAX_BYTES = (double) Receiver.ROOM * cost(Chunk.MAX_CONTENT);
    private static final double GROWTH = 1.5;

    /** Of what has arrived, until something has queued: so much of a shaper's burst is under way when it is used up. */
    private static final double FIRST_GROWTH = 1.0 / 6;

    /** RFC 6817, 2.4.2, CURRENT_FILTER. */
    private static final int RECENT = 4;

    private static final long EPOCH_NANOS = 1_000_000_000L;

    /** A path that has become slower for good is believed after this long. */
    private static final long QUICKEST_LIFE_NANOS = 600_000_000_000L;

    private double bytes = FIRST_BYTES;

    /** Up to here it grows by what arrives, after a loss: it has been there before. */
    private double regained;

    /** The last round trips, in a ring: where one of them is quick, the others were delayed but did not queue. */
    private final long[] recentNanos = new long[RECENT];

    private int measured;
    private long quickestNanos = Long.MAX_VALUE;
    private long quickestAtNanos;

    /** Bytes a second that the server passes on; 0 until something has queued. */
    private double rate;

    private long queuedAtNanos;
    private long grownAtNanos;
    private long grownDelivered;
    private long epochNanos;
    private long epochDelivered;
    private long delivered;

    /** The bytes that a message of so much content is. */
    static int cost(int content) {
        return OVERHEAD_BYTES + (content + 2) / 3 * 4;
    }

    /** How many bytes may be under way. */
    long bytes() {
        return (long) bytes;
    }

    /** How much content one message should have now, so that at least two fit, and pass within the time of two. */
    int content() {
        double most = rate == 0 ? TWO_FULL_BYTES : Math.min(TWO_FULL_BYTES, rate * SLOW_SECONDS);
        int fits = ((int) Math.min(bytes, most) / MESSAGES - OVERHEAD_BYTES) / 4 * 3;
        return Math.max(MIN_CONTENT, Math.min(Chunk.MAX_CONTENT, fits));
    }

    /** Whether each message counts: none should wait here that could still give way to another. */
    boolean isSlow() {
        return rate > 0 && bytes < TWO_FULL_BYTES;
    }

    /** All bytes that have arrived over there so far. */
    long delivered() {
        return delivered;
    }

    /** The shortest round trip seen; 0 before any. */
    long quickestNanos() {
        return quickestNanos == Long.MAX_VALUE ? 0 : quickestNanos;
    }

    /**
     * Bytes have arrived.
     *
     * @param full whether the window was what kept more from being sent; else there is nothing to learn of the rate
     */
    void arrived(long count, boolean full, long now) {
        delivered += count;
        if (bytes < regained) {
            bytes = Math.min(regained, bytes + count);
        }
        if (!full) {
            epochNanos = now;
            epochDelivered = delivered;
        }
    }

    /**
     * A round trip was measured, on a message that was sent once.
     *
     * @param sinceDelivered how many bytes have arrived since that message was sent, itself included
     * @param alone whether nothing else was under way when it was sent
     * @param full as in {@link #arrived}
     */
    void measured(long nanos, long sinceDelivered, boolean alone, boolean full, long now) {
        if (nanos < quickestNanos || (alone && now - quickestAtNanos > QUICKEST_LIFE_NANOS)) {
            quickestNanos = nanos;
            quickestAtNanos = now;
        }
        recentNanos[measured++ % RECENT] = nanos;
        long tolerable = quickestNanos + TARGET_NANOS;
        if (recentlyQuickest() > tolerable || (rate == 0 && nanos > tolerable)) {
            queued(nanos, sinceDelivered, now);
        } else if (full && bytes >= regained && nanos <= tolerable) {
            grow(now);
        }
    }

    private long recentlyQuickest() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < Math.min(measured, RECENT); i++) {
            least = Math.min(least, recentNanos[i]);
        }
        return least;
    }

    private void queued(long nanos, long sinceDelivered, long now) {
        queuedAtNanos = now;
        if (rate == 0) {
            rate = sinceDelivered * 1e9 / nanos;
            epochNanos = now;
            epochDelivered = delivered;
            fit();
        } else if (now - epochNanos >= EPOCH_NANOS) {
            double seen = (delivered - epochDelivered) * 1e9 / (now - epochNanos);
            // upwards with care: what a shaper lets pass at once after a pause is not its rate
            rate = Math.min(seen, rate * GROWTH);
            epochNanos = now;
            epochDelivered = delivered;
            fit();
        } else {
            bytes = Math.min(bytes, fitting());
        }
    }

    private void fit() {
        bytes = Math.max(MIN_BYTES, Math.min(MAX_BYTES, fitting()));
        regained = 0;
    }

    private double fitting() {
        double inTarget = rate * (TARGET_SECONDS + quickestNanos / 1e9);
        return Math.max(MIN_BYTES, Math.max(inTarget, Math.min(rate * SLOW_SECONDS, TWO_FULL_BYTES)));
    }

    private void grow(long now) {
        if (rate == 0) {
            bytes = Math.min(MAX_BYTES, bytes + (delivered - grownDelivered) * FIRST_GROWTH);
            grownDelivered = delivered;
        } else if (now - queuedAtNanos > TARGET_NANOS && now - grownAtNanos > quickestNanos + TARGET_NANOS) {
            grownAtNanos = now;
            bytes = Math.min(MAX_BYTES, bytes * GROWTH);
            if (bytes == MAX_BYTES) {
                rate = 0; // as if nothing had ever queued
            }
        }
    }

    /** Something was lost. */
    void lost() {
        regained /= 2;
        bytes = Math.max(MIN_BYTES, bytes / 2);
    }

    /** Nothing has come back for a long time: little is sent until something does. */
    void silent() {
        regained = Math.max(regained, bytes / 2);
        bytes = MIN_BYTES;
    }

    /** Another connection, another path. */
    void forget() {
        bytes = Math.min(bytes, FIRST_BYTES);
        regained = 0;
        rate = 0;
        measured = 0;
        quickestNanos = Long.MAX_VALUE;
    }
}
