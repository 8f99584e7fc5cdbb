/**
 * Large files, kept as git-annex keeps them: keys and pointers, the store of contents, which files are large, the
 * {@code git-annex} branch and its logs, which content a repository wants and which copy may be dropped.
 *
 * <p>May depend on {@code repo} and JGit. Follows git-annex's own locks, so that both may run at once.
 */
@NullMarked
package dev.tandem.gitsync.annex;

import org.jspecify.annotations.NullMarked;
