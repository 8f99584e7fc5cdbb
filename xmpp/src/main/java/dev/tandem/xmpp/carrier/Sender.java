package dev.tandem.xmpp.carrier;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The sending half of a session: numbers what goes out, keeps it until it is acknowledged, sends again what is lost.
 *
 * <p>Window: what the receiver has room for, and no more than the queueing delay allows (in the spirit of RFC 6817: it
 * grows while round trips stay within 200 ms of the quickest seen, and shrinks beyond). Loss: three acknowledgements
 * that say nothing new repeat the oldest, and each gap behind it as it shows (RFC 6582); a time-out (RFC 6298) takes
 * all in flight for lost. A pure step machine, time passed in; not thread-safe.
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

        /** Was sent more than once: what acknowledges it does not tell how long it took (Karn's rule). */
        boolean repeated;

        /** Is taken to be lost, and goes out again as soon as the window allows. */
        boolean lost;

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

    /** Up to this window it grows by each message that arrives, whatever the delay: it has been there before. */
    private double regained;

    /** How many of those in flight are taken to be lost. */
    private int lost;

    private long quickestNanos = Long.MAX_VALUE;
    private long progressNanos;
    private int duplicates;

    /** The last number that was in flight when a loss was noticed: until it has arrived, every gap is one of then. */
    private long recovery;

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
        if (!flying.isEmpty() && now >= nextNanos()) {
            timer.expired();
            lossNoticed();
            window = MIN_WINDOW;
            flying.forEach(this::lose);
        }
        if (lost > 0) {
            repeatLost(now, out);
        }
        while (!unsent.isEmpty() && mayFly()) {
            Piece piece = unsent.remove();
            flying.add(new Flight(piece, now));
            out.add(piece);
        }
        return out;
    }

    private void repeatLost(long now, List<Piece> out) {
        for (Flight flight : flying) {
            boolean first = flight == flying.element();
            if (flight.lost && (first || underway() < (int) window)) {
                flight.lost = false;
                lost--;
                flight.repeated = true;
                flight.sentNanos = now;
                out.add(flight.piece);
            }
        }
    }

    private void lose(Flight flight) {
        lost += flight.lost ? 0 : 1;
        flight.lost = true;
    }

    private int underway() {
        return flying.size() - lost;
    }

    private boolean mayFly() {
        // with no room over there one message goes all the same, as a probe: its answer tells of new room
        return flying.isEmpty() || (underway() < (int) window && unsent.element().sequence <= acknowledged + allowed);
    }

    private void lossNoticed() {
        regained = Math.max(MIN_WINDOW, window / 2);
        recovery = flying.getLast().piece.sequence;
        duplicates = 0;
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
            if (repeats && acknowledged >= recovery && ++duplicates == DUPLICATES) {
                lossNoticed();
                window = regained;
                lose(flying.element());
            }
            return;
        }
        acknowledged = upTo;
        allowed = room;
        duplicates = 0;
        progressNanos = now;
        arrived(upTo, now);
        if (acknowledged < recovery && !flying.isEmpty() && !flying.element().repeated) {
            lose(flying.element()); // RFC 6582: what follows the gap that was just filled is the next gap
        }
    }

    private void arrived(long upTo, long now) {
        int count = 0;
        boolean timed = true;
        long sentNanos = now;
        while (!flying.isEmpty() && flying.element().piece.sequence <= upTo) {
            Flight flight = flying.remove();
            lost -= flight.lost ? 1 : 0;
            count++;
            // one that waited over there for a repeated one says nothing of the way either
            timed &= !flight.repeated;
            sentNanos = flight.sentNanos;
        }
        if (window < regained) {
            window = Math.min(regained, window + count);
        } else if (timed) {
            grow(now - sentNanos, count);
        }
        if (timed) {
            timer.measured(now - sentNanos);
        }
    }

    private void grow(long roundTripNanos, int count) {
        quickestNanos = Math.min(quickestNanos, roundTripNanos);
        double offTarget = (TARGET_DELAY_NANOS - (roundTripNanos - quickestNanos)) / (double) TARGET_DELAY_NANOS;
        double gain = offTarget > 0 ? offTarget : Math.max(-1, offTarget) / window;
        window = Math.max(MIN_WINDOW, Math.min(MAX_WINDOW, window + count * gain));
    }

    /** When {@link #poll} has to be called again at the latest; {@link Long#MAX_VALUE} if nothing is in flight. */
    long nextNanos() {
        return flying.isEmpty()
                ? Long.MAX_VALUE
                : Math.max(flying.element().sentNanos, progressNanos) + timer.timeoutNanos();
    }

    /** The account has come back: what was in flight may be gone, and is sent again at once. */
    void resend() {
        if (!flying.isEmpty()) {
            lossNoticed();
            flying.forEach(this::lose);
        }
    }
}
