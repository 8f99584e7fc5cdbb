package dev.tandem.assistant.store;

import java.nio.file.Path;
import java.util.UUID;

/** A folder that is kept in sync; {@code uuid} is its repository's. */
public record StoredFolder(String name, Path path, UUID uuid, boolean paused) {}
