package dev.tandem.xmpp.pairing;

import dev.tandem.xmpp.account.DeviceId;

/**
 * A device that has proven to know the code.
 *
 * @param device its fingerprint, proven
 * @param jid its bare JID
 * @param facts what it says of itself, sealed under the code's key
 */
@SuppressWarnings("ArrayRecordComponent") // opaque to this package
public record PairedDevice(DeviceId device, String jid, byte[] facts) {}
