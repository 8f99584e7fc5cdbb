package dev.tandem.assistant.core;

import dev.tandem.xmpp.account.DeviceId;
import java.util.UUID;

/**
 * One end that can be pushed to or from: a repository on a device. Several may stand behind one JID.
 *
 * @param device the fingerprint that authenticated the link
 * @param uuid the annex UUID of the folder's repository on that device
 */
public record Client(DeviceId device, UUID uuid) {}
