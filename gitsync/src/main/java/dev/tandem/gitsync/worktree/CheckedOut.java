package dev.tandem.gitsync.worktree;

import java.util.List;
import java.util.Set;

/**
 * What a checkout did: all, or nothing.
 *
 * @param done whether the folder now is what was asked for
 * @param changes what changed in it
 * @param changedMeanwhile if not done: paths with changes that are in no commit yet
 */
public record CheckedOut(boolean done, List<Change> changes, Set<String> changedMeanwhile) {}
