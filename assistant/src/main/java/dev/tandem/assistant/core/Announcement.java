package dev.tandem.assistant.core;

/**
 * What a device says of itself in every {@code CanPush} and in every answer to one.
 *
 * @param tips what its repository holds
 * @param view a digest of the repositories that it can reach, its own included: two devices with the same view reach
 *     the same ones
 * @param settled whether it knows that all of those hold {@code tips}
 * @param coming how many contents of large files it wants, can have, and has not yet
 */
public record Announcement(Tips tips, long view, boolean settled, int coming) {}
