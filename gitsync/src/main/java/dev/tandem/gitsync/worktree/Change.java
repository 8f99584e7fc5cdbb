package dev.tandem.gitsync.worktree;

/**
 * One path that a commit or a checkout changed.
 *
 * @param path relative to the folder, with slashes
 */
public record Change(Kind kind, String path) {
    /** How it changed. */
    public enum Kind {
        /** It is new. */
        ADDED,
        /** Its content or mode is another. */
        MODIFIED,
        /** It is gone. */
        DELETED
    }
}
