package dev.tandem.assistant.api;

import org.jspecify.annotations.Nullable;

/** Which large files this device wants, by git-annex's preferred content expression. Any thread. */
public interface Wanting {
    /**
     * What this device wants of a folder.
     *
     * @param uuid of its repository here
     * @param expression what {@code git annex wanted here} shows; empty: everything
     * @param problem why it cannot be understood, or null
     */
    record Wish(
            String folder,
            String uuid,
            String expression,
            @Nullable String problem) {}

    /** What is wanted of a folder here. */
    Wish wanted(String folder) throws ActionFailed;

    /** Changes that; an empty expression is everything. Refuses one that cannot be understood. */
    Wish want(String folder, String expression) throws ActionFailed;
}
