package dev.tandem.xmpp.account;

/**
 * Where a device can be written to right now.
 *
 * @param device the fingerprint that the resource announced; unproven until the TLS handshake
 * @param account our own bare JID, through which it was seen
 * @param fullJid the address; changes when the device signs in anew
 */
public record DeviceAddress(DeviceId device, String account, String fullJid) {
    /** The account behind the address, without the resource. */
    public String bareJid() {
        int slash = fullJid.indexOf('/');
        return slash < 0 ? fullJid : fullJid.substring(0, slash);
    }
}
