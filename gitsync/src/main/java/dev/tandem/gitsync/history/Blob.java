package dev.tandem.gitsync.history;

import dev.tandem.gitsync.annex.AnnexedFiles;
import dev.tandem.gitsync.annex.Key;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * A file, link or nested repository as a tree names it; never a directory.
 *
 * @param id of the blob; of a commit elsewhere for a nested repository
 */
public record Blob(FileMode mode, ObjectId id) {
    /** What a tree has at a path; empty if nothing, or a directory. */
    static Optional<Blob> at(ObjectReader reader, AnyObjectId tree, String path) throws IOException {
        try (TreeWalk walk = TreeWalk.forPath(reader, path, tree)) {
            return walk == null ? Optional.empty() : of(walk, 0);
        }
    }

    /** What a walk stands at, in one of its trees. */
    static Optional<Blob> of(TreeWalk walk, int tree) {
        FileMode mode = walk.getFileMode(tree);
        return mode == FileMode.MISSING || mode == FileMode.TREE
                ? Optional.empty()
                : Optional.of(new Blob(mode, walk.getObjectId(tree)));
    }

    boolean isNestedRepository() {
        return mode == FileMode.GITLINK;
    }

    /** git-annex's name of the content, if it is beside git. */
    Optional<Key> key(ObjectReader reader) throws IOException {
        return isNestedRepository() ? Optional.empty() : AnnexedFiles.key(reader, id);
    }

    /** Of the content, wherever that is; -1 if it is not known. */
    long sizeBytes(ObjectReader reader) throws IOException {
        Optional<Key> key = key(reader);
        return key.isPresent()
                ? key.get().sizeBytes().orElse(-1)
                : isNestedRepository() ? -1 : reader.getObjectSize(id, Constants.OBJ_BLOB);
    }
}
