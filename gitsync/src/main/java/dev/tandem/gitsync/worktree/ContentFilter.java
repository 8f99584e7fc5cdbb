package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Which files have their content beside git, and what stands for it in the repository: the seam to
 * {@code gitsync.annex}.
 *
 * <p>Called on the thread that commits or checks out. The answers must depend on path, content and the last version
 * only.
 */
public interface ContentFilter {
    /** Every file is in git as it is. */
    ContentFilter NONE = new ContentFilter() {
        @Override
        public Optional<byte[]> clean(String path, Path file, long sizeBytes, @Nullable ObjectId tracked) {
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
     * @param tracked the blob that the index has for the path; null if it has none
     * @throws IOException if the file cannot be read or its content not stored; it is then left out of the commit
     */
    Optional<byte[]> clean(String path, Path file, long sizeBytes, @Nullable ObjectId tracked) throws IOException;

    /** Whether {@link #clean} has made a work file's content safe by giving that very file a second name. */
    default boolean hasLinked(Path file) throws IOException {
        return false;
    }

    /** Comes before a commit names what was cleaned since the last one. */
    default void committing() throws IOException {}

    /**
     * The file whose content belongs at {@code path} for this blob; empty to write the blob itself.
     *
     * @throws IOException if it ought to be here and cannot be read
     */
    Optional<Path> smudge(String path, byte[] blob) throws IOException;

    /** Gives such a file a second name in the work tree, where that is wanted and can be done; false: copy it. */
    default boolean link(Path content, Path file) throws IOException {
        return false;
    }
}
