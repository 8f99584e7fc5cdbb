package dev.tandem.xmpp.link;

import com.google.common.base.Ticker;

/**
 * Keeps what all links of a device move together within {@link Rates}. Only the data of streams ever waits: requests,
 * answers, credit and signs of life count, and leave at once. Any thread.
 */
final class Shaper {
    /** Of an in-band link: base64, and the message around it. */
    private static final double IN_BAND_COST = 1.4;

    /** Nobody waits longer without asking again: the limit may have been lifted. */
    private static final long LONGEST_NANOS = 1_000_000_000;

    private static final int FRAME_BYTES_MIN = 1024;

    /** A frame is a tenth of a second's worth at most, so that what is urgent need not wait for a long one. */
    private static final int FRAMES_A_SECOND = 10;

    private final Ticker ticker;
    private final Bucket up = new Bucket(); // guarded by this
    private final Bucket down = new Bucket(); // guarded by this

    Shaper(Ticker ticker) {
        this.ticker = ticker;
    }

    synchronized void limit(Rates rates) {
        up.limit(rates.upBytes(), ticker.read());
        down.limit(rates.downBytes(), ticker.read());
    }

    /** One link's way to it. */
    Share share(boolean inBand) {
        return new Share(inBand ? IN_BAND_COST : 1);
    }

    /** A share of what has no limit. */
    static Share free() {
        return new Shaper(Ticker.systemTicker()).share(false);
    }

    private synchronized long waitNanos(Bucket bucket, Priority priority) {
        return Math.min(LONGEST_NANOS, bucket.waitNanos(priority == Priority.NORMAL, ticker.read()));
    }

    private synchronized void moved(Bucket bucket, double bytes) {
        bucket.moved(bytes, ticker.read());
    }

    private synchronized int frameBytes() {
        return up.rate() == 0
                ? Frame.MAX_PAYLOAD
                : (int) Math.max(FRAME_BYTES_MIN, Math.min(Frame.MAX_PAYLOAD, up.rate() / FRAMES_A_SECOND));
    }

    /** What one link asks and tells. */
    final class Share {
        private final double cost;

        private Share(double cost) {
            this.cost = cost;
        }

        /** How long data of that priority must wait before it leaves; 0 if it may now. */
        long upWaitNanos(Priority priority) {
            return waitNanos(up, priority);
        }

        /** How large a frame of data may be. */
        int frameBytes() {
            return Shaper.this.frameBytes();
        }

        void sent(int bytes) {
            moved(up, bytes * cost);
        }

        /** How long what has arrived must wait before it is read, and credit given for more; 0 if it need not. */
        long downWaitNanos(Priority priority) {
            return waitNanos(down, priority);
        }

        void received(int bytes) {
            moved(down, bytes * cost);
        }
    }
}
