package dev.tandem.assistant.core;

/**
 * One path that a commit or a checkout changed.
 *
 * @param kind added, modified or deleted
 * @param path relative to the folder, with slashes
 */
public record FileChange(String kind, String path) {}
