package dev.tandem.xmpp.pairing;

import java.io.IOException;

/**
 * Keeps what an offer must not forget in a crash. Each method returns when that is on the disk, and only then is the
 * other device answered. An unchecked exception says that it cannot be kept now: the other device hears nothing, and
 * asks again. Called under a lock: must not call back.
 */
public interface OfferKeeper {
    /** For offers that need not survive. */
    OfferKeeper NONE = new OfferKeeper() {
        @Override
        public void tried(int wrongTries) {}

        @Override
        public void proven(Proof proof) {}

        @Override
        public void answered(PairedDevice device) {}
    };

    /** A wrong code was tried, so often by now. */
    void tried(int wrongTries);

    /** A device has proven to know the code; the newest such proof replaces older ones. */
    void proven(Proof proof);

    /**
     * That device has said who it is: from now on the two are paired. May be called again for the same.
     *
     * @throws IOException if the offer is not wanted any more: the other device is told so, and is not paired
     */
    void answered(PairedDevice device) throws IOException;
}
