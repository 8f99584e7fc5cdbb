package dev.tandem.gitsync.history;

import java.util.Optional;

/**
 * What a commit made of one path.
 *
 * @param path after the commit; before it, if it was deleted
 * @param from where the same content was before, if it was only renamed
 */
public record PathChange(Kind kind, String path, Optional<String> from) {
    /** What happened to it. */
    public enum Kind {
        ADDED,
        CHANGED,
        DELETED,
        RENAMED
    }
}
