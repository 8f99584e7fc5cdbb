package dev.tandem.assistant.core;

/**
 * A clash of two edits: both versions stay.
 *
 * @param path the file that was edited on both sides
 * @param variant where the second version is now
 */
public record KeptBoth(String path, String variant) {}
