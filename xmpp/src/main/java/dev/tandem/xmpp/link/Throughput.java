package dev.tandem.xmpp.link;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** How fast a link has been seen to be: the best second of each direction. Each direction is told by one thread. */
final class Throughput {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    /** One direction. */
    private static final class Way {
        private final AtomicLong best = new AtomicLong();
        private long sinceNanos;
        private long bytes;

        void moved(int count, long now) {
            long passed = now - sinceNanos;
            if (passed >= SECOND) {
                // a second that began long ago was not filled: the rate is over what passed, idleness included
                best.accumulateAndGet(bytes * SECOND / passed, Math::max);
                sinceNanos = now;
                bytes = 0;
            }
            bytes += count;
        }
    }

    private final Ticker ticker;
    private final Way out = new Way();
    private final Way in = new Way();

    Throughput(Ticker ticker) {
        this.ticker = ticker;
        long now = ticker.read();
        out.sinceNanos = now;
        in.sinceNanos = now;
    }

    void sent(int count) {
        out.moved(count, ticker.read());
    }

    void received(int count) {
        in.moved(count, ticker.read());
    }

    /** Bytes a second. */
    long sentBest() {
        return out.best.get();
    }

    /** Bytes a second. */
    long receivedBest() {
        return in.best.get();
    }
}
