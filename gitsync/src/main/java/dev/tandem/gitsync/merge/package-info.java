/**
 * Heads in, one tree out, the same on every device.
 *
 * <p>Pure: reads and writes objects, touches no ref, no index and no working tree. May depend on JGit only.
 */
@NullMarked
package dev.tandem.gitsync.merge;

import org.jspecify.annotations.NullMarked;
