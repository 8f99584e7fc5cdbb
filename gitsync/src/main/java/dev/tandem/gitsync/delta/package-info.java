/**
 * Moves a new version of a large file as what changed in it: content-defined chunks, what of them the other side holds,
 * and the recipe that makes one version from the other.
 *
 * <p>May depend on nothing of ours. Nothing here is trusted to be right: whoever applies a recipe checks the digest of
 * the whole afterwards. No type is thread-safe unless it is a record.
 */
@NullMarked
package dev.tandem.gitsync.delta;

import org.jspecify.annotations.NullMarked;
