/**
 * git-annex's formats: the repository's UUID, the {@code git-annex} branch and its logs.
 *
 * <p>May depend on {@code repo} and JGit. Follows git-annex's own locks, so that both may run at once.
 */
@NullMarked
package dev.tandem.gitsync.annex;

import org.jspecify.annotations.NullMarked;
