/**
 * Ordinary git remotes of a folder: which there are, fetching from them, pushing to them, and the contents of those
 * that are git-annex repositories on a path.
 *
 * <p>May depend on {@code repo}, {@code annex}, {@code merge} and JGit. Calls block on the disk or the network, within
 * deadlines; run them on a worker thread.
 */
@NullMarked
package dev.tandem.gitsync.remotes;

import org.jspecify.annotations.NullMarked;
