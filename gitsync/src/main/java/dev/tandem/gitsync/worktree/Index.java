package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEditor;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/** The git index, read again only when somebody else has written it. Not thread-safe. */
final class Index {
    private final Repository git;
    private @Nullable DirCache cached;

    Index(Repository git) {
        this.git = git;
    }

    DirCache read() throws IOException {
        DirCache index = cached;
        if (index == null || index.isOutdated()) {
            index = git.readDirCache();
            cached = index;
        }
        return index;
    }

    /** When it was written; the epoch if it never was. */
    Instant written() throws IOException {
        Path file = git.getIndexFile().toPath();
        return Files.exists(file) ? Files.getLastModifiedTime(file).toInstant() : Instant.EPOCH;
    }

    /**
     * Takes the lock, runs {@code before}, then applies the edits.
     *
     * @param before what must happen under the lock and first: moving the branch
     * @throws BusyException if somebody else holds the index
     */
    void update(List<? extends DirCacheEditor.PathEdit> edits, Step before) throws IOException {
        DirCache index = read();
        if (!index.lock()) {
            throw new BusyException("another git command holds the index; Tandem goes on when it is done");
        }
        try {
            if (index.isOutdated()) {
                index.read();
            }
            before.run();
            DirCacheEditor editor = index.editor();
            edits.forEach(editor::add);
            editor.finish();
            index.write();
            if (!index.commit()) {
                throw new IOException("the index could not be replaced");
            }
        } catch (IOException | RuntimeException failed) {
            cached = null;
            throw failed;
        } finally {
            index.unlock();
        }
    }

    /** Something that may fail like the disk does. */
    interface Step {
        void run() throws IOException;
    }
}
