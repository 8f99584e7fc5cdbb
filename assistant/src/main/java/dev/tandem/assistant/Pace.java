package dev.tandem.assistant;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How much of a content may be under way at once, so that whatever else the link carries never waits long behind it:
 * what is under way is kept at what the link takes in a moment, measured by how long the receiver takes to say that it
 * has it. Pure; belongs to one thread.
 */
final class Pace {
    /** On the slowest link that is usable (10 kB/s) this is one and a half seconds. */
    static final int BYTES_MIN = 16 * 1024;

    /** A gigabit over a quarter of a second's round trip is not kept busy by less. */
    static final int BYTES_MAX = 16 * 1024 * 1024;

    private static final int BYTES_FIRST = 64 * 1024;
    private static final long QUICK_NANOS = 150_000_000;
    private static final long SLOW_NANOS = 500_000_000;

    private record Mark(long bytes, long atNanos) {}

    private final Deque<Mark> marks = new ArrayDeque<>(); // one for each write that is not reported; bounded by both
    private long sent;
    private long reported;
    private long judged;
    private int window = BYTES_FIRST;

    /** How many bytes may be written now; 0 until more is reported. */
    int room() {
        return (int) Math.max(0, window - (sent - reported));
    }

    void sent(int bytes, long nowNanos) {
        sent += bytes;
        marks.add(new Mark(sent, nowNanos));
    }

    /** The receiver says that it has taken in so many more bytes. */
    void reported(int bytes, long nowNanos) {
        reported = Math.min(sent, reported + Math.max(0, bytes));
        long tookNanos = -1;
        while (!marks.isEmpty() && marks.element().bytes <= reported) {
            tookNanos = nowNanos - marks.remove().atNanos;
        }
        if (tookNanos >= 0 && reported >= judged) {
            judge(tookNanos);
            judged = sent; // what is under way was sent with the old window: it says nothing about the new one
        }
    }

    private void judge(long tookNanos) {
        if (tookNanos < QUICK_NANOS) {
            window = Math.min(BYTES_MAX, window * 2);
        } else if (tookNanos > SLOW_NANOS) {
            window = Math.max(BYTES_MIN, window / 2);
        }
    }
}
