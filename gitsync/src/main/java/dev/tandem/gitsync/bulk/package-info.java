/**
 * Reads and writes large files past the system's page cache, where the file system lets it ({@code O_DIRECT}).
 *
 * <p>A large file passes through Tandem once. In the page cache it would push out what the user works with, and on a
 * machine that has to find the memory first, it takes longer than the disk does. Small files are read again soon, by
 * git or by the user, and stay with the cache.
 *
 * <p>May depend on nothing of ours.
 */
@NullMarked
package dev.tandem.gitsync.bulk;

import org.jspecify.annotations.NullMarked;
