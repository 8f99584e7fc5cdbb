package dev.tandem.gitsync.annex;

import java.io.IOException;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/** The annexed files of a commit: unlocked ones, which are pointers, and locked ones, which are symbolic links. */
public final class AnnexedFiles {
    private AnnexedFiles() {}

    /** Gets them one by one. */
    public interface Visitor {
        /**
         * One file.
         *
         * @param path in the tree, with slashes
         * @param locked whether it is a symbolic link to the content
         */
        void visit(String path, Key key, boolean locked) throws IOException;
    }

    /** Visits all annexed files of a commit, in the order of their paths. */
    public static void of(Repository git, ObjectId commit, Visitor visitor) throws IOException {
        changed(git, null, commit, visitor);
    }

    /** Visits those of a commit that an earlier one did not have, or not with that content. */
    public static void changed(Repository git, @Nullable ObjectId before, ObjectId commit, Visitor visitor)
            throws IOException {
        differing(git, before, commit, (path, key, locked) -> {}, visitor);
    }

    /** Visits what differs between two commits: the annexed files that are gone, and those that are new. */
    static void differing(Repository git, @Nullable ObjectId before, ObjectId commit, Visitor gone, Visitor come)
            throws IOException {
        try (ObjectReader reader = git.newObjectReader();
                RevWalk commits = new RevWalk(reader);
                TreeWalk walk = new TreeWalk(reader)) {
            walk.addTree(commits.parseCommit(commit).getTree());
            if (before == null) {
                walk.addTree(new EmptyTreeIterator());
            } else {
                walk.addTree(commits.parseCommit(before).getTree());
                walk.setFilter(TreeFilter.ANY_DIFF);
            }
            walk.setRecursive(true);
            while (walk.next()) {
                visit(walk, 1, gone);
                visit(walk, 0, come);
            }
        }
    }

    private static void visit(TreeWalk walk, int tree, Visitor visitor) throws IOException {
        int mode = walk.getRawMode(tree);
        if (mode != 0 && (mode & FileMode.TYPE_MASK) != FileMode.TYPE_GITLINK) {
            Optional<Key> key = key(walk.getObjectReader(), walk.getObjectId(tree));
            if (key.isPresent()) {
                visitor.visit(walk.getPathString(), key.get(), FileMode.SYMLINK.equals(mode));
            }
        }
    }

    /** The key that a blob stands for; empty if it is content. Reads no more of it than a pointer can have. */
    public static Optional<Key> key(ObjectReader reader, ObjectId blob) throws IOException {
        // the size first: opening a large blob would read all of it
        return reader.getObjectSize(blob, Constants.OBJ_BLOB) > Pointer.BYTES_MAX
                ? Optional.empty()
                : Pointer.parse(reader.open(blob, Constants.OBJ_BLOB).getCachedBytes());
    }
}
