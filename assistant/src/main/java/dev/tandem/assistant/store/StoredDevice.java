package dev.tandem.assistant.store;

import dev.tandem.xmpp.account.DeviceId;
import java.time.Instant;

/** A device that has been paired: its key is believed. */
public record StoredDevice(DeviceId device, String name, String jid, Instant pairedAt) {}
