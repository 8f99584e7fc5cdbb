package dev.tandem.gitsync.worktree;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/**
 * Flushes the loose objects of a change before a branch names them. What this process writes is flushed already, as it
 * is written; what the user's git has written, with git add or a commit, is not.
 */
final class Durability {
    /** Commits made here at once are few (a version, and merges); a longer line was received, in packs. */
    private static final int COMMITS_MAX = 16;

    private Durability() {}

    /** Flushes what {@code to} has and {@code from} has not; costs as much as the change between them. */
    static void flush(Repository git, @Nullable ObjectId from, ObjectId to) throws IOException {
        if (!(git.getObjectDatabase() instanceof ObjectDirectory)) {
            return;
        }
        Set<Path> loose = new LinkedHashSet<>();
        ObjectDirectory objects = (ObjectDirectory) git.getObjectDatabase();
        try (RevWalk walk = new RevWalk(git)) {
            walk.markStart(walk.parseCommit(to));
            RevCommit old = from == null ? null : walk.parseCommit(from);
            if (old != null) {
                walk.markUninteresting(old);
            }
            RevCommit commit = walk.next();
            for (int i = 0; commit != null && i < COMMITS_MAX; i++, commit = walk.next()) {
                if (add(objects, commit, loose)) {
                    addTree(git, objects, old, commit, loose);
                }
            }
        }
        Flush.files(loose);
    }

    /** Flushes those of the objects that are loose. */
    static void flush(Repository git, Set<ObjectId> ids) throws IOException {
        if (git.getObjectDatabase() instanceof ObjectDirectory objects) {
            Set<Path> loose = new LinkedHashSet<>();
            ids.forEach(id -> add(objects, id, loose));
            Flush.files(loose);
        }
    }

    private static void addTree(
            Repository git, ObjectDirectory objects, @Nullable RevCommit old, RevCommit commit, Set<Path> loose)
            throws IOException {
        add(objects, commit.getTree(), loose);
        try (TreeWalk walk = new TreeWalk(git)) {
            if (old == null) {
                walk.addTree(new EmptyTreeIterator());
            } else {
                walk.addTree(old.getTree());
            }
            walk.addTree(commit.getTree());
            walk.setFilter(TreeFilter.ANY_DIFF);
            while (walk.next()) {
                if (walk.getRawMode(1) != 0) {
                    add(objects, walk.getObjectId(1), loose);
                }
                if (walk.isSubtree()) {
                    walk.enterSubtree();
                }
            }
        }
    }

    /** False if it is in a pack. */
    private static boolean add(ObjectDirectory objects, ObjectId id, Set<Path> loose) {
        File file = objects.fileFor(id);
        if (!file.exists()) {
            return false;
        }
        loose.add(file.toPath());
        return true;
    }
}
