package dev.tandem.xmpp.pairing;

import dev.tandem.xmpp.account.DeviceAddress;

/** Hears of tries that failed; successes are told by the offer itself. */
@FunctionalInterface
public interface PairingListener {
    /** Somebody used a wrong code; after the last try the offer is void. */
    void wrongCode(DeviceAddress from, int triesLeft);
}
