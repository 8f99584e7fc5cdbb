package dev.tandem.gitsync.history;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEditor;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/** Some paths that are to become something else, or nothing, in a commit of their own. */
final class TreeChange {
    private final Map<String, Optional<Blob>> changes = new TreeMap<>();

    TreeChange put(String path, Blob blob) {
        changes.put(path, Optional.of(blob));
        return this;
    }

    TreeChange remove(String path) {
        changes.putIfAbsent(path, Optional.empty());
        return this;
    }

    /** Writes it on top of {@code head}; refused where a directory is in a file's place, or a file above it. */
    Proposal commit(Repository git, ObjectId head, PersonIdent who, String message) throws IOException {
        try (ObjectInserter inserter = git.newObjectInserter();
                ObjectReader reader = inserter.newReader();
                RevWalk walk = new RevWalk(reader)) {
            RevCommit parent = walk.parseCommit(head);
            for (Map.Entry<String, Optional<Blob>> change : changes.entrySet()) {
                Optional<String> obstacle =
                        change.getValue().isEmpty() ? Optional.empty() : obstacle(reader, parent, change.getKey());
                if (obstacle.isPresent()) {
                    return new Proposal.Refused(obstacle.get());
                }
            }
            ObjectId tree = tree(parent, reader, inserter);
            if (tree.equals(parent.getTree())) {
                return new Proposal.Commit(parent.copy());
            }
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(tree);
            commit.setParentId(parent);
            commit.setAuthor(who);
            commit.setCommitter(who);
            commit.setEncoding(StandardCharsets.UTF_8);
            commit.setMessage(message + "\n");
            ObjectId made = inserter.insert(commit);
            inserter.flush();
            return new Proposal.Commit(made);
        }
    }

    private ObjectId tree(RevCommit parent, ObjectReader reader, ObjectInserter inserter) throws IOException {
        DirCache index = DirCache.newInCore();
        DirCacheBuilder all = index.builder();
        all.addTree(new byte[0], DirCacheEntry.STAGE_0, reader, parent.getTree());
        all.finish();
        DirCacheEditor editor = index.editor();
        changes.forEach((path, blob) -> editor.add(
                blob.isEmpty()
                        ? new DirCacheEditor.DeletePath(path)
                        : new DirCacheEditor.PathEdit(path) {
                            @Override
                            public void apply(DirCacheEntry file) {
                                file.setFileMode(blob.get().mode());
                                file.setObjectId(blob.get().id());
                            }
                        }));
        editor.finish();
        return index.writeTree(inserter);
    }

    private static Optional<String> obstacle(ObjectReader reader, RevCommit head, String to) throws IOException {
        for (int end = to.length(); end > 0; end = to.lastIndexOf('/', end - 1)) {
            String path = to.substring(0, end);
            try (TreeWalk walk = TreeWalk.forPath(reader, path, head.getTree())) {
                boolean directory = walk != null && walk.isSubtree();
                if (walk != null && directory == path.equals(to)) {
                    return Optional.of(path + " is a " + (directory ? "directory" : "file") + " now");
                }
            }
        }
        return Optional.empty();
    }
}
