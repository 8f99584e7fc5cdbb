/**
 * Opens, creates and adopts the repository behind a folder, and tells when the user's own git is at work in it.
 *
 * <p>May depend on JGit and, of ours, on the labelled points. Every type here may be used from any thread unless it
 * says otherwise.
 */
@NullMarked
package dev.tandem.gitsync.repo;

import org.jspecify.annotations.NullMarked;
