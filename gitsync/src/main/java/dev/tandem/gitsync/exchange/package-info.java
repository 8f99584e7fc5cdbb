/**
 * Packs over any byte stream: tagged refs, send-pack and receive-pack.
 *
 * <p>May depend on {@code repo} and JGit. Calls block on the stream they are given; run them on a worker thread.
 */
@NullMarked
package dev.tandem.gitsync.exchange;

import org.jspecify.annotations.NullMarked;
