package dev.tandem.xmpp.carrier;

/** A message that was sent and is not acknowledged yet, all before it included. Guarded by its {@link Sender}. */
final class Flight {
    final Sender.Piece piece;

    /** The bytes of the stanza, as the {@link Window} counts. */
    final int cost;

    long sentNanos;

    /** Counts what was sent, repetitions included. */
    long order;

    /** All that had arrived over there when this was sent. */
    long deliveredThen;

    /** Nothing else was under way when this was sent. */
    boolean alone;

    /** Was sent more than once: what acknowledges it does not tell how long it took (Karn's rule). */
    boolean repeated;

    /** Is taken to be lost, and goes out again as soon as the window allows. */
    boolean lost;

    /** Has arrived, perhaps beyond a gap. */
    boolean arrived;

    Flight(Sender.Piece piece) {
        this.piece = piece;
        cost = Window.cost(piece.content().length);
    }

    /** Neither known to have arrived nor taken to be lost. */
    boolean isUnderway() {
        return !arrived && !lost;
    }
}
