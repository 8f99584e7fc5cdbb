/**
 * The user's files: watching them, settling, scanning, committing what changed, checking out safely.
 *
 * <p>May depend on {@code repo}, {@code merge} and {@code annex}. What a call costs follows the change, not the tree.
 */
@NullMarked
package dev.tandem.gitsync.worktree;

import org.jspecify.annotations.NullMarked;
