package dev.tandem.assistant.core;

import java.util.Comparator;
import java.util.Set;
import java.util.UUID;

/**
 * A content that this device wants and has not. Ordered as they are fetched: what a user waits for first, then the
 * smallest.
 *
 * @param key git-annex's name of it
 * @param path of one of its files
 * @param sizeBytes -1 if the key does not say
 * @param urgent whether a user asked for just this
 * @param holders the repositories that are said to have it
 */
public record Want(String key, String path, long sizeBytes, boolean urgent, Set<UUID> holders)
        implements Comparable<Want> {
    private static final Comparator<Want> ORDER = Comparator.comparing((Want want) -> !want.urgent)
            .thenComparingLong(Want::sizeBytes)
            .thenComparing(Want::key);

    /** Copies the set. */
    public Want {
        holders = Set.copyOf(holders);
    }

    @Override
    public int compareTo(Want other) {
        return ORDER.compare(this, other);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Want want && compareTo(want) == 0;
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }
}
