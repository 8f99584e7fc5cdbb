package dev.tandem.gitsync.merge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/** Commits for merge tests, in memory. A file is "content", with a leading "x:" executable, "l:" a link. */
final class History {
    final Repository git = new InMemoryRepository(new DfsRepositoryDescription("history"));
    private int time = 1_000_000_000;

    ObjectId commit(Map<String, String> files, ObjectId... parents) throws IOException {
        return commitAt(time++, files, parents);
    }

    ObjectId commitAt(int seconds, Map<String, String> files, ObjectId... parents) throws IOException {
        try (ObjectInserter inserter = git.newObjectInserter()) {
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(write(files, inserter));
            commit.setParentIds(parents);
            PersonIdent someone = new PersonIdent("A", "a@b", Instant.ofEpochSecond(seconds), ZoneOffset.UTC);
            commit.setAuthor(someone);
            commit.setCommitter(someone);
            commit.setMessage("m");
            ObjectId id = inserter.insert(commit);
            inserter.flush();
            return id;
        }
    }

    /** The same commit in all but its files. */
    ObjectId rewritten(ObjectId original, Map<String, String> files) throws IOException {
        try (ObjectInserter inserter = git.newObjectInserter();
                RevWalk walk = new RevWalk(git)) {
            RevCommit old = walk.parseCommit(original);
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(write(files, inserter));
            commit.setParentIds(old.getParents());
            commit.setAuthor(old.getAuthorIdent());
            commit.setCommitter(old.getCommitterIdent());
            commit.setMessage(old.getFullMessage());
            ObjectId id = inserter.insert(commit);
            inserter.flush();
            return id;
        }
    }

    private static ObjectId write(Map<String, String> files, ObjectInserter inserter) throws IOException {
        DirCache cache = DirCache.newInCore();
        DirCacheBuilder builder = cache.builder();
        for (Map.Entry<String, String> file : files.entrySet()) {
            DirCacheEntry entry = new DirCacheEntry(file.getKey());
            String text = file.getValue();
            boolean marked = text.startsWith("x:") || text.startsWith("l:");
            entry.setFileMode(
                    text.startsWith("x:")
                            ? FileMode.EXECUTABLE_FILE
                            : text.startsWith("l:") ? FileMode.SYMLINK : FileMode.REGULAR_FILE);
            entry.setObjectId(inserter.insert(
                    Constants.OBJ_BLOB, (marked ? text.substring(2) : text).getBytes(StandardCharsets.ISO_8859_1)));
            builder.add(entry);
        }
        builder.finish();
        return cache.writeTree(inserter);
    }

    Map<String, String> files(ObjectId commit) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (RevWalk revs = new RevWalk(git);
                TreeWalk walk = new TreeWalk(git)) {
            walk.addTree(revs.parseCommit(commit).getTree());
            walk.setRecursive(true);
            while (walk.next()) {
                String mark = FileMode.EXECUTABLE_FILE.equals(walk.getRawMode(0))
                        ? "x:"
                        : FileMode.SYMLINK.equals(walk.getRawMode(0)) ? "l:" : "";
                files.put(
                        walk.getPathString(),
                        mark + new String(git.open(walk.getObjectId(0)).getBytes(), StandardCharsets.ISO_8859_1));
            }
        }
        return files;
    }
}
