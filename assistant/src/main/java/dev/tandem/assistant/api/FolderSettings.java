package dev.tandem.assistant.api;

import org.jspecify.annotations.Nullable;

/** What is large in a folder, and what of it is not synced; both hold on all devices. Any thread. */
public interface FolderSettings {
    /**
     * What counts as large.
     *
     * @param expression {@code annex.largefiles} of {@code git annex config}; empty: larger than 1 MiB
     * @param here what this repository's git configuration says instead, or null
     */
    record Large(String folder, String expression, @Nullable String here) {}

    /**
     * What is not synced.
     *
     * @param text of {@code .gitignore}; empty if there is none
     * @param seen names this text, for {@link #ignore}
     */
    record Ignored(String folder, String text, String seen) {}

    /** What counts as large. */
    Large large(String folder) throws ActionFailed;

    /** Changes that, for what is saved from now on; refuses an expression that cannot be understood. */
    Large large(String folder, String expression) throws ActionFailed;

    /** What is not synced. */
    Ignored ignored(String folder) throws ActionFailed;

    /**
     * Replaces {@code .gitignore}.
     *
     * @param seen of the text that was changed: if the file is another one by now, nothing is done
     */
    Ignored ignore(String folder, String seen, String text) throws ActionFailed;
}
