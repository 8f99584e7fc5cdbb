package dev.tandem.xmpp.link;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much the streams of one link may have on the way to a reader. Each begins with {@link #FIRST} bytes of credit; a
 * reader that keeps up gets more, as long as the link has some to spare. So a slow reader holds little, a quick one on
 * a long way is not held up, and all together are bounded. Any thread.
 */
final class Windows {
    /** What a stream may send before anything of it was read: part of the protocol. */
    static final int FIRST = 32 * 1024;

    /** A second's worth at 1 MB/s: what a way across the world needs. */
    static final int LARGEST = 1024 * 1024;

    private static final int TO_SPARE = 3 * 1024 * 1024;

    private final AtomicInteger spare = new AtomicInteger(TO_SPARE);

    /** By how much a window may grow now: to its double, or not at all. */
    int grow(int window) {
        if (window >= LARGEST) {
            return 0;
        }
        int left = spare.addAndGet(-window);
        if (left < 0) {
            spare.addAndGet(window);
            return 0;
        }
        return window;
    }

    /** A stream that had grown is over. */
    void shrink(int window) {
        spare.addAndGet(window - FIRST);
    }
}
