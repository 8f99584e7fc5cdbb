package dev.tandem.xmpp.carrier;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The sending half of a session: numbers what goes out, keeps it until it is acknowledged, sends again what is lost.
 *
 * <p>Window: what the receiver has room for, and no more than the queueing delay allows (in the spirit of RFC 6817: it
 * grows while round trips stay within 200 ms of the quickest seen, and shrinks beyond). A pure step machine, time
 * passed in; not thread-safe.
 */
final class Sender {
    /** Enough to fill a fast server's pipe; 1 MiB in flight at most. */
    static final int MAX_WINDOW = 256;

    private static final int FIRST_WINDOW = 16;
    private static final int MIN_WINDOW = 2;
    private static final int MAX_UNSENT = 64;
    private static final long TARGET_DELAY_NANOS = 200_000_000L;
    private static final int DUPLICATES = 3;

    /** Something to send: a piece of the stream under its number. */
    @SuppressWarnings("ArrayRecordComponent") // a value in transit, never compared
    record Piece(long sequence, byte[] content, boolean last) {}

    private static final class Flight {
        final Piece piece;
        long sentNanos;
        boolean repeated;

        Flight(Piece piece, long sentNanos) {
            this.piece = piece;
            this.sentNanos = sentNanos;
        }
    }

    private final Deque<Piece> unsent = new ArrayDeque<>();
    private final Deque<Flight> flying = new ArrayDeque<>();
    private final RetransmissionTimer timer = new RetransmissionTimer();
    private long nextSequence = 1;
    private long acknowledged;
    private long allowed = FIRST_WINDOW;
    private double window = FIRST_WINDOW;
    private long quickestNanos = Long.MAX_VALUE;
    private int duplicates;
    private boolean repeatFirst;
    private boolean ended;

    /** Whether a writer has to wait. */
    boolean isFull() {
        return unsent.size() >= MAX_UNSENT;
    }

    void write(byte[] content) {
        unsent.add(new Piece(nextSequence++, content, false));
    }

    /** Nothing follows. */
    void end() {
        if (!ended) {
            ended = true;
            unsent.add(new Piece(nextSequence++, new byte[0], true));
        }
    }

    boolean isDrained() {
        return unsent.isEmpty() && flying.isEmpty();
    }

    /** What is to be sent now. */
    List<Piece> poll(long now) {
        List<Piece> out = new ArrayList<>();
        if (!flying.isEmpty()) {
            Flight first = flying.element();
            boolean late = now - first.sentNanos >= timer.timeoutNanos();
            if (late) {
                timer.expired();
                window = Math.max(MIN_WINDOW, window / 2);
            }
            if (late || repeatFirst) {
                repeatFirst = false;
                first.repeated = true;
                first.sentNanos = now;
                out.add(first.piece);
            }
        }
        while (!unsent.isEmpty() && mayFly()) {
            Piece piece = unsent.remove();
            flying.add(new Flight(piece, now));
            out.add(piece);
        }
        return out;
    }

    private boolean mayFly() {
        // with no room over there one message goes all the same, as a probe: its answer tells of new room
        return flying.isEmpty()
                || (flying.size() < (int) window && unsent.element().sequence <= acknowledged + allowed);
    }

    /** All up to {@code upTo} have arrived, and the receiver has room for {@code room} more. */
    void acknowledged(long upTo, int room, boolean carriesData, long now) {
        if (upTo >= nextSequence) {
            return; // acknowledges what was never sent
        }
        if (upTo < acknowledged) {
            return; // an old one that was overtaken
        }
        if (upTo == acknowledged) {
            boolean repeats = room == allowed && !flying.isEmpty() && !carriesData;
            allowed = Math.max(allowed, room);
            if (repeats && ++duplicates == DUPLICATES) {
                repeatFirst = true;
                window = Math.max(MIN_WINDOW, window / 2);
            }
            return;
        }
        acknowledged = upTo;
        allowed = room;
        duplicates = 0;
        timer.progressed();
        while (!flying.isEmpty() && flying.element().piece.sequence <= upTo) {
            Flight arrived = flying.remove();
            if (!arrived.repeated) {
                measured(now - arrived.sentNanos);
            }
        }
    }

    private void measured(long roundTripNanos) {
        timer.measured(roundTripNanos);
        quickestNanos = Math.min(quickestNanos, roundTripNanos);
        double offTarget = (TARGET_DELAY_NANOS - (roundTripNanos - quickestNanos)) / (double) TARGET_DELAY_NANOS;
        double gain = offTarget > 0 ? offTarget : Math.max(-1, offTarget) / window;
        window = Math.max(MIN_WINDOW, Math.min(MAX_WINDOW, window + gain));
    }

    /** When {@link #poll} has to be called again at the latest; {@link Long#MAX_VALUE} if nothing is in flight. */
    long nextNanos() {
        return flying.isEmpty() ? Long.MAX_VALUE : flying.element().sentNanos + timer.timeoutNanos();
    }

    /** The account has come back: what was in flight may be gone, and is sent again at once. */
    void resend(long now) {
        if (!flying.isEmpty()) {
            List<Flight> lost = new ArrayList<>(flying);
            flying.clear();
            for (int i = lost.size() - 1; i >= 0; i--) {
                unsent.addFirst(lost.get(i).piece);
            }
        }
    }
}
