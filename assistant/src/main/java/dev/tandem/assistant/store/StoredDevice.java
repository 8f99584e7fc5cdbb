package dev.tandem.assistant.store;

import dev.tandem.xmpp.account.DeviceId;
import java.time.Instant;

/**
 * A device that is trusted because it was paired.
 *
 * @param device its fingerprint
 * @param name what it calls itself; not unique
 * @param jid the bare JID it was last known under
 * @param pairedAt to the millisecond
 */
public record StoredDevice(DeviceId device, String name, String jid, Instant pairedAt) {}
