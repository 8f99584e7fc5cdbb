package dev.tandem.xmpp.link;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Bytes that were written to a stream and have not left yet. Much of it is kept in pieces that fill a frame, which
 * leave as they are. One thread at a time.
 */
final class Leaving {
    /** A queue that is longer than this is likely to go on. */
    private static final int MUCH = 4096;

    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private int headAt;
    private int tailFilled;
    private int size;

    int size() {
        return size;
    }

    /** Copies bytes to the end. */
    void put(byte[] bytes, int offset, int length) {
        int end = offset + length;
        for (int at = offset; at < end; ) {
            byte[] tail = pieces.peekLast();
            if (tail == null || tailFilled == tail.length) {
                int left = end - at;
                tail = new byte[size + left > MUCH ? Frame.MAX_PAYLOAD : left];
                pieces.addLast(tail);
                tailFilled = 0;
            }
            int part = Math.min(end - at, tail.length - tailFilled);
            System.arraycopy(bytes, at, tail, tailFilled, part);
            tailFilled += part;
            at += part;
            size += part;
        }
    }

    /**
     * Removes bytes from the beginning: as many as were asked for, or the rest of a piece where that is not much less,
     * because then the next one can leave as it is.
     */
    byte[] take(int most) {
        byte[] head = pieces.element();
        int rest = filled(head) - headAt;
        boolean whole = rest <= most && rest > most / 2;
        if (whole && rest == head.length) {
            size -= rest;
            return pieces.remove();
        }
        byte[] taken = new byte[whole ? rest : Math.min(most, size)];
        for (int at = 0; at < taken.length; ) {
            head = pieces.element();
            int part = Math.min(taken.length - at, filled(head) - headAt);
            System.arraycopy(head, headAt, taken, at, part);
            at += part;
            headAt += part;
            if (headAt == head.length) {
                pieces.remove();
                headAt = 0;
            }
        }
        size -= taken.length;
        return taken;
    }

    /** How much of the first piece is filled; only the last is filled in part. */
    private int filled(byte[] head) {
        return pieces.size() > 1 ? head.length : tailFilled;
    }

    void clear() {
        pieces.clear();
        headAt = 0;
        size = 0;
    }
}
