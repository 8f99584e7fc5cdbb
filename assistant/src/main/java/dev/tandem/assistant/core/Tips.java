package dev.tandem.assistant.core;

import org.jspecify.annotations.Nullable;

/**
 * What a repository holds, in two commit ids: two repositories with equal tips have nothing to exchange.
 *
 * @param head tip of the synced branch, 40 hex digits; null while there is no commit
 * @param annex tip of the {@code git-annex} branch, likewise
 */
public record Tips(@Nullable String head, @Nullable String annex) {
    /** A repository that holds nothing yet. */
    public static final Tips NONE = new Tips(null, null);
}
