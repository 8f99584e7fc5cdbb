package dev.tandem.gitsync.history;

import dev.tandem.gitsync.annex.Pointer;
import dev.tandem.gitsync.extra.Extra;
import dev.tandem.gitsync.extra.Extra.FileTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEditor;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/** A commit in which an old version of a file is there again; checking it out is what brings it into the folder. */
public final class Restoration {
    private Restoration() {}

    /**
     * Writes the commit, on top of {@code head}.
     *
     * @param to where the file is to be, in the folder, with slashes
     * @return {@code head} itself if it has just that version there
     * @throws IOException also if there is a directory at that place, or a file above it
     */
    public static ObjectId commit(Repository git, ObjectId head, FileVersion version, String to, PersonIdent who)
            throws IOException {
        try (ObjectInserter inserter = git.newObjectInserter();
                ObjectReader reader = inserter.newReader();
                RevWalk walk = new RevWalk(reader)) {
            RevCommit parent = walk.parseCommit(head);
            checkPlace(reader, parent, to);
            DirCache index = DirCache.newInCore();
            DirCacheBuilder all = index.builder();
            all.addTree(new byte[0], DirCacheEntry.STAGE_0, reader, parent.getTree());
            all.finish();
            Entry entry = entry(version, inserter);
            DirCacheEditor editor = index.editor();
            editor.add(new DirCacheEditor.PathEdit(to) {
                @Override
                public void apply(DirCacheEntry file) {
                    file.setFileMode(entry.mode);
                    file.setObjectId(entry.blob);
                }
            });
            editor.finish();
            ObjectId tree = index.writeTree(inserter);
            if (tree.equals(parent.getTree())) {
                return parent.copy();
            }
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(tree);
            commit.setParentId(parent);
            commit.setAuthor(who);
            commit.setCommitter(who);
            commit.setEncoding(StandardCharsets.UTF_8);
            commit.setMessage(message(version, to));
            FileTime time = FileTime.of(to, entry.blob, who.getWhenAsInstant());
            ObjectId made = inserter.insert(Constants.OBJ_COMMIT, new Extra(List.of(time), Map.of()).in(commit));
            inserter.flush();
            return made;
        }
    }

    /**
     * Whether there is such a commit among those of {@code head} that {@code base} does not have.
     *
     * @param base what the branch was at before
     */
    public static boolean isDone(Repository git, ObjectId head, ObjectId base, FileVersion version, String to)
            throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            walk.markStart(walk.parseCommit(head));
            walk.markUninteresting(walk.parseCommit(base));
            for (RevCommit commit : walk) {
                if (commit.getFullMessage().equals(message(version, to))) {
                    return true;
                }
            }
            return false;
        }
    }

    private static String message(FileVersion version, String to) {
        return "Restore " + to + " as of " + version.commit().name().substring(0, 10) + "\n";
    }

    private record Entry(FileMode mode, ObjectId blob) {}

    /** A locked file is a link that is right in its own directory only: it comes back unlocked. */
    private static Entry entry(FileVersion version, ObjectInserter inserter) throws IOException {
        ObjectId blob = version.blob()
                .orElseThrow(() -> new IllegalArgumentException("a deletion is no version to bring back"));
        if (version.key().isPresent() && FileMode.SYMLINK.equals(version.mode().getBits())) {
            byte[] pointer = Pointer.of(version.key().get());
            return new Entry(FileMode.REGULAR_FILE, inserter.insert(Constants.OBJ_BLOB, pointer));
        }
        return new Entry(version.mode(), blob);
    }

    private static void checkPlace(ObjectReader reader, RevCommit head, String to) throws IOException {
        for (int end = to.length(); end > 0; end = to.lastIndexOf('/', end - 1)) {
            String path = to.substring(0, end);
            try (TreeWalk walk = TreeWalk.forPath(reader, path, head.getTree())) {
                boolean directory = walk != null && walk.getFileMode(0) == FileMode.TREE;
                if (walk != null && directory == path.equals(to)) {
                    throw new IOException(
                            path + " is a " + (directory ? "directory" : "file") + " now: choose another place");
                }
            }
        }
    }
}
