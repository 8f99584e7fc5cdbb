package dev.tandem.xmpp.pairing;

import dev.tandem.xmpp.account.DeviceId;

/**
 * An exchange in which the code has proven right on both sides, so that its end can be said again after a restart.
 *
 * <p>It is secret, as a password is, but lets nobody guess a code: there is none left to guess.
 *
 * @param exchange its name in messages
 * @param device the other device's fingerprint, proven
 * @param jid the other device's bare JID
 * @param key the key that both have
 */
@SuppressWarnings("ArrayRecordComponent") // opaque to everybody else
public record Proof(String exchange, DeviceId device, String jid, byte[] key) {
    /** Leaves the key out. */
    @Override
    public String toString() {
        return "Proof[" + exchange + " with " + device.brief() + "]";
    }
}
