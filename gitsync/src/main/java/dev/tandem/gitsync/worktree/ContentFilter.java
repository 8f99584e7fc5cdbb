package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which files have their content beside git, and what stands for it in the repository: the seam to
 * {@code gitsync.annex}.
 *
 * <p>Called on the thread that commits or checks out. The answers must depend on path and content only.
 */
public interface ContentFilter {
    /** Every file is in git as it is. */
    ContentFilter NONE = new ContentFilter() {
        @Override
        public Optional<byte[]> clean(String path, Path file, long sizeBytes) {
            return Optional.empty();
        }

        @Override
        public Optional<Path> smudge(String path, byte[] blob) {
            return Optional.empty();
        }
    };

    /** A blob of more bytes is never asked about: it cannot be a pointer (git-annex's own limit). */
    int POINTER_BYTES_MAX = 32_768;

    /**
     * The blob to commit for a work file, after its content was put in safety; empty to commit the content itself.
     *
     * @throws IOException if the file cannot be read or its content not stored; it is then left out of the commit
     */
    Optional<byte[]> clean(String path, Path file, long sizeBytes) throws IOException;

    /**
     * The file whose content belongs at {@code path} for this blob; empty to write the blob itself.
     *
     * @throws IOException if it ought to be here and cannot be read
     */
    Optional<Path> smudge(String path, byte[] blob) throws IOException;
}
