package dev.tandem.xmpp.link;

/**
 * How much may move now if it is to be so much a second on the whole. What moves may be more than there is room for:
 * then there is a debt, which time pays off before anything else moves. Pure; its owner sees to the threads.
 */
final class Bucket {
    /** What may move at once after a pause, in seconds' worth. */
    private static final double BURST_SECONDS = 0.1;

    /** How much further into debt what is urgent may go: so it passes what is not, and waits as little as it can. */
    private static final double URGENT_SECONDS = 0.25;

    private static final double NANOS = 1e9;

    private long rate;
    private double room;
    private long atNanos;

    /** From now on so many bytes a second; 0 is no limit. */
    void limit(long bytesASecond, long nowNanos) {
        refill(nowNanos);
        room = rate == 0 ? 0 : Math.min(room, BURST_SECONDS * bytesASecond);
        rate = bytesASecond;
    }

    long rate() {
        return rate;
    }

    void moved(double bytes, long nowNanos) {
        if (rate > 0) {
            refill(nowNanos);
            room -= bytes;
        }
    }

    /** How long to wait before more may move; 0 if it may now. */
    long waitNanos(boolean urgent, long nowNanos) {
        if (rate == 0) {
            return 0;
        }
        refill(nowNanos);
        double lacking = (urgent ? -URGENT_SECONDS * rate : 0) - room;
        return lacking <= 0 ? 0 : (long) Math.ceil(lacking / rate * NANOS);
    }

    private void refill(long nowNanos) {
        double passed = Math.max(0, nowNanos - atNanos) / NANOS;
        atNanos = nowNanos;
        room = Math.min(BURST_SECONDS * rate, room + passed * rate);
    }
}
