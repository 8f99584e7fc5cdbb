package dev.tandem.xmpp.pairing;

/** A pairing that did not come about. The message is one line for the user. */
public final class PairingException extends Exception {
    private static final long serialVersionUID = 1;

    /** Why. */
    public enum Kind {
        /** The two sides did not use the same code. */
        WRONG_CODE,
        /** Nobody there has a code open. */
        NO_OFFER,
        /** Ten minutes are over. */
        EXPIRED,
        /** Three wrong tries. */
        BURNT,
        /** No device of that account is there. */
        UNREACHABLE,
        /** The other device did not answer in time. */
        TIMED_OUT,
        /** One of the sides could not use what it was told. */
        FAILED
    }

    private final Kind kind;

    PairingException(Kind kind, String line) {
        super(line);
        this.kind = kind;
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }
}
