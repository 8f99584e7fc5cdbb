/**
 * The versions of a file, and bringing one back as a new commit. Reads objects and writes objects; touches no file and
 * no ref, so any thread may.
 *
 * <p>May depend on {@code annex} and JGit.
 */
@NullMarked
package dev.tandem.gitsync.history;

import org.jspecify.annotations.NullMarked;
