package dev.tandem.xmpp.account;

import java.util.Map;
import java.util.Optional;
import org.jivesoftware.smack.packet.ExtensionElement;
import org.jivesoftware.smack.packet.Presence;

/** The element in our presence that says which device a resource is, so that nobody has to ask. */
final class DevicePresence {
    static final String ELEMENT = "device";
    private static final String ID = "id";

    private DevicePresence() {}

    static ExtensionElement of(DeviceId me) {
        return new PayloadElement(new Payload(Account.FEATURE, ELEMENT, Map.of(ID, me.hex()), new byte[0]));
    }

    /** The device that a presence claims to be; unproven until TLS has proven it. */
    static Optional<DeviceId> in(Presence presence) {
        var element = presence.getExtensionElement(ELEMENT, Account.FEATURE);
        if (!(element instanceof PayloadElement device)) {
            return Optional.empty();
        }
        String id = device.payload().attributes().getOrDefault(ID, "");
        return id.matches("[0-9a-f]{64}") ? Optional.of(new DeviceId(id)) : Optional.empty();
    }
}
