package dev.tandem.assistant.store;

import dev.tandem.xmpp.account.DeviceId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The same folder on another device.
 *
 * @param folder our repository's UUID
 * @param uuid the peer's repository's
 * @param head what it was last known to hold
 */
public record StoredPeer(UUID folder, DeviceId device, UUID uuid, Optional<Instant> lastSync, Optional<String> head) {}
