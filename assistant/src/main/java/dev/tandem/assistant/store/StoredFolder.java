package dev.tandem.assistant.store;

import java.nio.file.Path;
import java.util.UUID;

/**
 * A folder that is kept in sync.
 *
 * @param name unique here, may differ on other devices
 * @param path absolute
 * @param uuid its annex UUID here, which is its identity
 * @param paused stopped by the user until resumed
 */
public record StoredFolder(String name, Path path, UUID uuid, boolean paused) {}
