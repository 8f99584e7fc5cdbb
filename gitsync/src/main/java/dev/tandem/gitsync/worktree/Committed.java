package dev.tandem.gitsync.worktree;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What a commit job did.
 *
 * @param head the new commit; empty if there was nothing to commit
 * @param changes what it contains
 * @param unsettled paths that changed while they were read: to be looked at again
 * @param unreadable paths that this user may not read: not in history until he may
 */
public record Committed(Optional<ObjectId> head, List<Change> changes, Set<String> unsettled, Set<String> unreadable) {}
