package dev.tandem.gitsync.worktree;

import java.util.Set;

/**
 * What a scan found.
 *
 * @param changed paths that are not as the index says
 * @param young those of them that may still be being written: to be looked at again a little later
 */
public record Scanned(Set<String> changed, Set<String> young) {}
