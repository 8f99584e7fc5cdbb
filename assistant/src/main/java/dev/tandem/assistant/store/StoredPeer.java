package dev.tandem.assistant.store;

import dev.tandem.xmpp.account.DeviceId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The same folder on another device.
 *
 * @param folder our folder's uuid
 * @param device a stored device
 * @param uuid the repository's annex UUID there
 * @param lastSync when both were last known to hold the same commit, to the millisecond
 * @param head its last known commit
 */
public record StoredPeer(UUID folder, DeviceId device, UUID uuid, Optional<Instant> lastSync, Optional<String> head) {}
