package dev.tandem.gitsync.merge;

/**
 * Two versions of a file that could not become one: both stay.
 *
 * @param path where the newer one is
 * @param variantPath where the older one is
 */
public record Conflict(String path, String variantPath) {}
