package dev.tandem.xmpp.carrier;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a session: numbers what goes out, keeps it until it is acknowledged, sends again what is lost.
 *
 * <p>How much is under way: what the receiver has room for, and no more than the {@link Window} allows.
 *
 * <p>What is lost: a message is when three that were sent after it have arrived, be it sent for the first time or
 * again. A receiver that tells which messages it holds beyond a gap (like RFC 2018) has a burst of losses repaired in
 * one round trip. From one that does not, three acknowledgements that say nothing new repeat the oldest, and each gap
 * behind it as it shows (RFC 6582). A time-out (RFC 6298) asks what has arrived or repeats the oldest, and the answer
 * tells what is missing (RFC 8985, in spirit): on a server that is merely slow, to repeat more would make it slower
 * still. A pure step machine, time passed in; not thread-safe.
 */
final class Sender {
    private static final int MAX_UNSENT = 64;
    private static final int DUPLICATES = 3;

    /** A smaller message is repeated at less than twice the cost of a question. */
    private static final int WORTH_ASKING = 2 * Window.OVERHEAD_BYTES;

    /** Something to send: a piece of the stream under its number. */
    @SuppressWarnings("ArrayRecordComponent") // a value in transit, never compared
    record Piece(long sequence, byte[] content, boolean last) {}

    private final Deque<Piece> unsent = new ArrayDeque<>();
    private final Deque<Flight> flying = new ArrayDeque<>();
    private RetransmissionTimer timer = new RetransmissionTimer();
    private final Window window = new Window();
    private final LossDetector losses = new LossDetector();
    private long unsentBytes;

    /** How many of those flying are taken to be lost. */
    private int lost;

    /** Of what is flying, neither lost nor arrived. */
    private long underwayBytes;

    private long nextSequence = 1;
    private long acknowledged;
    private long allowed = Receiver.ROOM;
    private long progressNanos;
    private int duplicates;

    /** Whether the peer tells what it holds. */
    private boolean selective;

    private boolean probed;

    /** Whether that was only a question. */
    private boolean asking;

    /** The last number that was in flight when a loss was noticed: until it has arrived, every gap is one of then. */
    private long recovery;

    /** What was under way when that loss was noticed: the network took it then, and takes as much of repairs. */
    private long repairBytes;

    private boolean ended;

    /** Whether a writer has to wait. */
    boolean isFull() {
        return unsent.size() >= MAX_UNSENT
                || (!unsent.isEmpty() && unsentBytes >= window.bytes() / 4)
                || (window.isSlow() && !fits(Window.cost(window.content()), window.bytes()));
    }

    /** How many bytes one {@link #write} is best given; more is taken, but makes others wait on a slow server. */
    int messageBytes() {
        return window.content();
    }

    void write(byte[] content) {
        add(new Piece(nextSequence++, content, false));
    }

    /** Nothing follows. */
    void end() {
        if (!ended) {
            ended = true;
            add(new Piece(nextSequence++, new byte[0], true));
        }
    }

    private void add(Piece piece) {
        unsent.add(piece);
        unsentBytes += Window.cost(piece.content.length);
    }

    boolean isDrained() {
        return unsent.isEmpty() && flying.isEmpty();
    }

    /** What is to be sent now. */
    List<Piece> poll(long now) {
        List<Piece> out = new ArrayList<>();
        if (!flying.isEmpty() && now >= timeOutNanos()) {
            timedOut(now, out);
        }
        findLost(now);
        if (lost > 0) {
            repeatLost(now, out);
        }
        while (!unsent.isEmpty() && mayFly(unsent.element())) {
            Flight flight = new Flight(unsent.remove());
            unsentBytes -= flight.cost;
            send(flight, now, out);
            flying.add(flight);
        }
        return out;
    }

    private void repeatLost(long now, List<Piece> out) {
        for (Flight flight : flying) {
            boolean first = flight == flying.element();
            if (flight.lost && (first || fits(flight.cost, Math.max(repairBytes, window.bytes())))) {
                flight.lost = false;
                lost--;
                flight.repeated = true;
                send(flight, now, out);
            }
        }
    }

    private void send(Flight flight, long now, List<Piece> out) {
        flight.sentNanos = now;
        losses.sent(flight);
        flight.deliveredThen = window.delivered();
        flight.alone = underwayBytes == 0;
        underwayBytes += flight.cost;
        out.add(flight.piece);
    }

    private boolean fits(int cost, long limit) {
        return underwayBytes == 0 || underwayBytes + cost <= limit;
    }

    private boolean mayFly(Piece piece) {
        // with no room over there one message goes all the same, as a probe: its answer tells of new room
        return flying.isEmpty()
                || (fits(Window.cost(piece.content.length), window.bytes())
                        && piece.sequence <= acknowledged + allowed);
    }

    /**
     * Asks with something that the receiver has already, which costs a slow server little, and does not leave it open
     * which of two an acknowledgement is for. Every other time it is the oldest, and only that: when it arrives, it has
     * overtaken whatever else of then is lost.
     */
    private void timedOut(long now, List<Piece> out) {
        timer.expired();
        if (probed) {
            window.silent();
        }
        probed = true;
        Flight oldest = flying.element();
        asking = !asking && acknowledged > 0 && oldest.isUnderway() && oldest.cost > WORTH_ASKING;
        if (asking) {
            progressNanos = now;
            losses.asked();
            out.add(new Piece(acknowledged, new byte[0], false));
        } else {
            lose(oldest);
        }
    }

    private void loseAll() {
        recovery = flying.getLast().piece.sequence;
        repairBytes = 0;
        duplicates = 0;
        flying.forEach(this::lose);
    }

    private void lose(Flight flight) {
        if (flight.isUnderway()) {
            flight.lost = true;
            lost++;
            underwayBytes -= flight.cost;
        }
    }

    /** As below, from a peer that does not tell what it holds. */
    void acknowledged(long upTo, int room, boolean carriesData, long now) {
        acknowledged(upTo, room, carriesData, new BitSet(), now);
    }

    /**
     * All up to {@code upTo} have arrived, and the receiver has room for {@code room} more.
     *
     * @param carriesData whether the acknowledgement came with data, and is no answer to anything by itself
     * @param held bit {@code i}: {@code upTo + 1 + i} has arrived too; empty also if nothing is known
     */
    void acknowledged(long upTo, int room, boolean carriesData, BitSet held, long now) {
        if (upTo >= nextSequence) {
            return; // acknowledges what was never sent
        }
        selective |= !held.isEmpty();
        boolean full = underwayBytes + Window.cost(window.content()) > window.bytes();
        boolean isNew = upTo > acknowledged;
        Arrivals arrivals = new Arrivals(now);
        if (isNew) {
            acknowledged = upTo;
            allowed = room;
            duplicates = 0;
            if (upTo >= recovery) {
                repairBytes = 0;
            }
            while (!flying.isEmpty() && flying.element().piece.sequence <= upTo) {
                arrivals.add(flying.remove());
            }
        }
        if (!held.isEmpty()) {
            hold(upTo, held, arrivals);
        }
        arrivals.tell(full);
        if (arrivals.bytes > 0 || isNew) {
            progressNanos = now;
        }
        if (!isNew && upTo == acknowledged) {
            repeats(room, carriesData);
            if (asking && arrivals.bytes == 0 && !carriesData) {
                losses.answered();
            }
        }
        findLost(now);
        if (arrivals.bytes > 0) {
            probed = false;
            asking = false;
        }
    }

    private void hold(long upTo, BitSet held, Arrivals arrivals) {
        for (Flight flight : flying) {
            long bit = flight.piece.sequence - upTo - 1;
            if (bit >= 0 && bit < held.length() && held.get((int) bit)) {
                arrivals.add(flight);
            }
        }
    }

    /** The same number again: room that the reader has made, or something came that was not expected. */
    private void repeats(int room, boolean carriesData) {
        boolean probe = allowed == 0 && room > 0;
        boolean duplicate = room == allowed && !carriesData && !selective;
        allowed = Math.max(allowed, room);
        if (flying.isEmpty()) {
            return;
        }
        if (probe) {
            lose(flying.element()); // was sent without room, and dropped
        } else if (duplicate && acknowledged >= recovery) {
            if (++duplicates == DUPLICATES) {
                recovery = flying.getLast().piece.sequence;
                window.lost();
                lose(flying.element());
            }
        }
    }

    private void findLost(long now) {
        boolean noticed = false;
        long before = underwayBytes;
        for (Flight flight : losses.lost(now, timer.overtakenNanos())) {
            lose(flight);
            noticed |= flight.piece.sequence > recovery;
        }
        Flight oldest = flying.peek();
        if (!selective && oldest != null && acknowledged < recovery && !oldest.repeated) {
            lose(oldest); // RFC 6582: what follows the gap that was just filled is the next gap
        }
        if (noticed) {
            recovery = flying.getLast().piece.sequence;
            repairBytes = probed ? 0 : before;
            if (probed) {
                window.silent(); // should it have been late and not lost, little will have been sent in vain
            } else {
                window.lost();
            }
        }
    }

    /** What one acknowledgement tells to have arrived. */
    private final class Arrivals {
        private final long now;
        private long bytes;
        private boolean anyRepeated;
        private @Nullable Flight newest;

        Arrivals(long now) {
            this.now = now;
        }

        void add(Flight flight) {
            if (flight.arrived) {
                return; // was counted when it came
            }
            bytes += flight.cost;
            if (flight.lost) {
                flight.lost = false;
                lost--;
            } else {
                underwayBytes -= flight.cost;
            }
            flight.arrived = true;
            anyRepeated |= flight.repeated;
            losses.arrived(flight, now, window.quickestNanos());
            if (!flight.repeated && (newest == null || flight.order > newest.order)) {
                newest = flight;
            }
        }

        void tell(boolean full) {
            if (bytes == 0) {
                return;
            }
            window.arrived(bytes, full, now);
            // one that waited over there for a repeated one says nothing of the way either
            if (newest != null && (selective || !anyRepeated)) {
                long nanos = now - newest.sentNanos;
                timer.measured(nanos);
                window.measured(nanos, window.delivered() - newest.deliveredThen, newest.alone, full, now);
            }
        }
    }

    /** When {@link #poll} has to be called again at the latest; {@link Long#MAX_VALUE} if nothing is in flight. */
    long nextNanos() {
        return Math.min(timeOutNanos(), losses.nextNanos(timer.overtakenNanos()));
    }

    private long timeOutNanos() {
        return flying.isEmpty()
                ? Long.MAX_VALUE
                : Math.max(flying.element().sentNanos, progressNanos) + timer.timeoutNanos();
    }

    /** That piece could not even be handed over: it goes out again at the next poll. */
    void unsent(long sequence) {
        for (Flight flight : flying) {
            if (flight.piece.sequence == sequence) {
                lose(flight);
            }
        }
    }

    /** The account goes on where it was: what was in flight is still on its way, but later than anybody could know. */
    void resumed(long now) {
        progressNanos = now;
        flying.forEach(flight -> flight.repeated = true);
    }

    /** The account has come back: what was in flight is gone, and is sent again at once. */
    void resend() {
        timer = new RetransmissionTimer();
        window.forget();
        if (!flying.isEmpty()) {
            loseAll();
        }
    }
}
