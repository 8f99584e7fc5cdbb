package dev.tandem.gitsync.worktree;

import dev.tandem.gitsync.annex.AnnexBranch;
import dev.tandem.gitsync.annex.AnnexFilter;
import dev.tandem.gitsync.annex.AnnexedFiles;
import dev.tandem.gitsync.annex.ContentStore;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.LargeFiles;
import dev.tandem.gitsync.annex.Presence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/**
 * Large files beside git, as git-annex has them: what a commit names is in the store and in the location log before it
 * is named. Belongs to the thread that commits.
 */
public final class AnnexContents implements ContentFilter {
    private final Repository git;
    private final UUID self;
    private final AnnexBranch branch;
    private final ContentStore store;
    private final AnnexFilter filter;
    private final Map<Key, Presence> stored = new LinkedHashMap<>();

    /**
     * The contents of one repository.
     *
     * @param self its annex UUID
     * @param here hears of each content that is found to be here
     */
    public AnnexContents(Repository git, UUID self, AnnexBranch branch, ContentStore store, Consumer<Key> here) {
        this.git = git;
        this.self = self;
        this.branch = branch;
        this.store = store;
        filter = new AnnexFilter(
                git,
                store,
                new LargeFiles(git, branch),
                path -> Optional.empty(),
                key -> {
                    stored.put(key, Presence.PRESENT);
                    here.accept(key);
                },
                key -> stored.put(key, Presence.MISSING));
    }

    @Override
    public Optional<byte[]> clean(String path, Path file, long sizeBytes, @Nullable ObjectId tracked)
            throws IOException {
        return filter.clean(path, file, sizeBytes, key(tracked));
    }

    @Override
    public boolean hasLinked(Path file) throws IOException {
        return store.hasLinked(file);
    }

    private Optional<Key> key(@Nullable ObjectId tracked) throws IOException {
        if (tracked == null) {
            return Optional.empty();
        }
        try (ObjectReader reader = git.newObjectReader()) {
            return reader.has(tracked) ? AnnexedFiles.key(reader, tracked) : Optional.empty();
        }
    }

    @Override
    public Optional<Path> smudge(String path, byte[] blob) throws IOException {
        return filter.smudge(path, blob);
    }

    @Override
    public boolean link(Path content, Path file) throws IOException {
        return store.link(content, file);
    }

    @Override
    public void committing() throws IOException {
        if (!stored.isEmpty()) {
            branch.record(self, stored);
            stored.clear();
        }
    }
}
