/**
 * What git forgets of a folder: when files were modified, and which directories are empty. It stands in a header of the
 * commits that Tandem makes, so that it goes wherever history goes. Pure but for reading commits; depends on JGit
 * alone; any thread.
 */
@NullMarked
package dev.tandem.gitsync.extra;

import org.jspecify.annotations.NullMarked;
