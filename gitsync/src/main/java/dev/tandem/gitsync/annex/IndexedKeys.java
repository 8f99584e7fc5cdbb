package dev.tandem.gitsync.annex;

import java.io.IOException;
import java.util.Optional;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/** The keys that git's index has, read once and again when it has changed. Thread-safe. */
public final class IndexedKeys implements AnnexFilter.Before {
    private final Repository git;
    private @Nullable DirCache index; // guarded by this

    /** Of that repository; reads nothing yet. */
    public IndexedKeys(Repository git) {
        this.git = git;
    }

    @Override
    public Optional<Key> at(String path) throws IOException {
        DirCacheEntry entry = index().getEntry(path);
        if (entry == null || entry.getFileMode() == FileMode.GITLINK) {
            return Optional.empty();
        }
        try (ObjectReader reader = git.newObjectReader()) {
            return AnnexedFiles.key(reader, entry.getObjectId());
        }
    }

    private synchronized DirCache index() throws IOException {
        if (index == null || index.isOutdated()) {
            index = git.readDirCache();
        }
        return index;
    }
}
