package dev.tandem.xmpp.carrier;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The receiving half of a session: puts messages in order, drops what came twice, and never holds more than it has
 * offered room for. Pure; not thread-safe.
 */
final class Receiver {
    /** Messages that wait for the reader, and that have come too early; 1 MiB in all. */
    static final int ROOM = 256;

    /** Each costs the server as much as a quarter of a full message. */
    private static final int ACKNOWLEDGE_EVERY = 16;

    private final Deque<byte[]> ready = new ArrayDeque<>();
    private final Map<Long, Chunk> early = new HashMap<>();
    private long expected = 1;
    private boolean ended;
    private int unacknowledged;
    private int offeredRoom = ROOM;

    /** Takes a message with data in; says whether it has to be acknowledged at once. */
    boolean accept(Chunk chunk) {
        if (chunk.sequence() < expected || chunk.sequence() >= expected + room() || ended) {
            return true; // twice, or more than there is room for: say again what is here
        }
        if (chunk.sequence() > expected) {
            early.put(chunk.sequence(), chunk);
            return true; // a gap: the sender counts these
        }
        boolean filledGap = !early.isEmpty();
        for (Chunk next = chunk; next != null; next = early.remove(expected)) {
            expected++;
            if (next.last()) {
                ended = true;
                early.clear();
            } else {
                ready.add(next.content());
            }
        }
        return ++unacknowledged >= ACKNOWLEDGE_EVERY || filledGap || ended;
    }

    /** Everything up to this one is here. */
    long acknowledged() {
        return expected - 1;
    }

    /** What is here beyond a gap: bit {@code i} stands for {@code acknowledged() + 1 + i}, and bit 0 is never set. */
    BitSet held() {
        BitSet held = new BitSet(ROOM);
        early.keySet().forEach(sequence -> held.set((int) (sequence - expected)));
        return held;
    }

    /** How many messages after that there is room for. */
    int room() {
        return Math.max(0, ROOM - ready.size());
    }

    void acknowledgementSent() {
        unacknowledged = 0;
        offeredRoom = room();
    }

    /** Whether the reader has made so much room that the sender should hear of it. */
    boolean hasNewRoom() {
        return offeredRoom <= ROOM / 4 && room() >= ROOM / 2;
    }

    boolean isEmpty() {
        return ready.isEmpty();
    }

    byte[] take() {
        return ready.remove();
    }

    /** Whether all that was sent has been taken. */
    boolean isAtEnd() {
        return ended && ready.isEmpty();
    }
}
