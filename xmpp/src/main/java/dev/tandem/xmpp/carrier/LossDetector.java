package dev.tandem.xmpp.carrier;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What is lost because something that was sent after it has arrived (RFC 8985, in spirit): at once when that were three
 * or more, else when nothing more is heard for as long as a round trip may take.
 *
 * <p>By the order of sending, not by sequence number, so that a repetition that is lost too is noticed just the same.
 * Pure, time passed in; not thread-safe.
 */
final class LossDetector {
    private static final int OVERTAKEN_BY = 3;

    /** A network that reorders is not one that loses: for each needless repetition it is given twice as much time. */
    private static final int MAX_OVERTAKEN_BY = 64;

    /** One sending of a message that may have been sent again since. */
    private record Sending(Flight flight, long order) {
        boolean isOver() {
            return flight.order != order || !flight.isUnderway();
        }
    }

    /** In the order of sending; those at its head are under way, behind it some may be over. */
    private final Deque<Sending> sendings = new ArrayDeque<>();

    private long nextOrder = 1;
    private long arrivedOrder;
    private long askedOrder;
    private int overtakenBy = OVERTAKEN_BY;

    void sent(Flight flight) {
        flight.order = nextOrder++;
        sendings.add(new Sending(flight, flight.order));
    }

    /** The receiver is asked what it has. */
    void asked() {
        askedOrder = nextOrder++;
    }

    /** It has said so: what was sent before and is not there is late at least. */
    void answered() {
        arrivedOrder = Math.max(arrivedOrder, askedOrder);
    }

    /**
     * That one has arrived.
     *
     * @param quickestNanos the shortest round trip there has been
     */
    void arrived(Flight flight, long now, long quickestNanos) {
        if (flight.repeated && now - flight.sentNanos < quickestNanos) {
            overtakenBy = Math.min(MAX_OVERTAKEN_BY, 2 * overtakenBy); // the first one had not been lost
        } else {
            arrivedOrder = Math.max(arrivedOrder, flight.order);
        }
    }

    /** What is lost by now; {@code patienceNanos} is how long a round trip may take. */
    List<Flight> lost(long now, long patienceNanos) {
        List<Flight> lost = new ArrayList<>();
        while (isOvertaken()) {
            Sending oldest = sendings.element();
            if (oldest.order + overtakenBy > arrivedOrder && oldest.flight.sentNanos + patienceNanos > now) {
                break;
            }
            lost.add(oldest.flight);
            sendings.remove();
        }
        return lost;
    }

    /** When something is lost unless it is heard of before. */
    long nextNanos(long patienceNanos) {
        return isOvertaken() ? sendings.element().flight.sentNanos + patienceNanos : Long.MAX_VALUE;
    }

    private boolean isOvertaken() {
        while (!sendings.isEmpty() && sendings.element().isOver()) {
            sendings.remove();
        }
        return !sendings.isEmpty() && sendings.element().order < arrivedOrder;
    }
}
