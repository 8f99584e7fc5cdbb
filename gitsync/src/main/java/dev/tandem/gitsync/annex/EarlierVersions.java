package dev.tandem.gitsync.annex;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/** Looks through a file's history for a version whose content is here: most of a new version is in it. */
public final class EarlierVersions {
    /** A file that was not edited within so many commits is looked for no further. */
    private static final int COMMITS_MAX = 512;

    /** Of so many files that went at once. */
    private static final int RENAMED_MAX = 1000;

    private EarlierVersions() {}

    /**
     * The newest version of a file before that content which is here; empty if none is found. Where a file begins, it
     * is taken to be one that went in the same commit and has about its size: renamed, and perhaps edited.
     */
    public static Optional<Key> present(Repository git, ContentStore store, ObjectId head, String path, Key than)
            throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            walk.markStart(walk.parseCommit(head));
            ObjectReader reader = walk.getObjectReader();
            ObjectId seen = ObjectId.zeroId();
            RevCommit with = null;
            int commits = 0;
            for (RevCommit commit = walk.next();
                    commit != null && commits < COMMITS_MAX;
                    commit = walk.next(), commits++) {
                try (TreeWalk at = TreeWalk.forPath(reader, path, commit.getTree())) {
                    if (at == null && with != null) {
                        return renamed(git, store, commit, with, than);
                    }
                    if (at == null || at.isSubtree()) {
                        continue;
                    }
                    with = commit;
                    if (at.getObjectId(0).equals(seen)) {
                        continue;
                    }
                    seen = at.getObjectId(0).copy();
                    Optional<Key> key = AnnexedFiles.key(reader, seen);
                    if (key.isPresent() && !key.get().equals(than) && store.has(key.get())) {
                        return key;
                    }
                }
            }
            return Optional.empty();
        }
    }

    private static Optional<Key> renamed(Repository git, ContentStore store, ObjectId before, ObjectId with, Key than)
            throws IOException {
        long size = than.sizeBytes().orElse(0);
        List<Key> gone = new ArrayList<>();
        AnnexedFiles.differing(
                git,
                before,
                with,
                (path, key, locked) -> {
                    long other = key.sizeBytes().orElse(0);
                    if (gone.size() < RENAMED_MAX && other >= size / 2 && other / 2 <= size && store.has(key)) {
                        gone.add(key);
                    }
                },
                (path, key, locked) -> {});
        return gone.stream()
                .filter(key -> !key.equals(than))
                .min(Comparator.comparingLong(
                        (Key key) -> Math.abs(key.sizeBytes().orElse(0) - size)));
    }
}
