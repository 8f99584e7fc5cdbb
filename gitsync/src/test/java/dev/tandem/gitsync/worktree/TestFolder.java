package dev.tandem.gitsync.worktree;

import dev.tandem.gitsync.merge.ConvergentMerge;
import dev.tandem.gitsync.repo.DurableWrites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.TreeWalk;

/** A real repository in a temporary directory, whose clock is a minute ahead, so that what was written has settled. */
final class TestFolder {
    static final WorkTree.Times UNKNOWN = (path, blob) -> Optional.empty();

    final Path root;
    final Repository git;
    final InstantSource clock = () -> Instant.now().plus(Duration.ofMinutes(1));
    final List<Failpoints> failpoints = new ArrayList<>();
    WorkTree workTree;
    private int seconds = 1_700_000_000;

    TestFolder(Path root) throws IOException {
        DurableWrites.byDefault();
        this.root = root;
        this.git = new FileRepositoryBuilder()
                .setWorkTree(root.toFile())
                .setGitDir(root.resolve(".git").toFile())
                .build();
        git.create();
        StoredConfig config = git.getConfig();
        config.setString("core", null, "checkStat", "minimal");
        config.save();
        this.workTree = start();
    }

    /** As after a restart of the process. */
    WorkTree start() {
        workTree =
                new WorkTree(git, clock, "A", "a@b", ContentFilter.NONE, name -> failpoints.forEach(f -> f.hit(name)));
        return workTree;
    }

    void write(String path, String content) throws IOException {
        Files.createDirectories(Objects.requireNonNull(root.resolve(path).getParent()));
        Files.writeString(root.resolve(path), content);
    }

    String read(String path) throws IOException {
        return Files.readString(root.resolve(path));
    }

    void setTime(String path, Instant time) throws IOException {
        Files.setLastModifiedTime(root.resolve(path), FileTime.from(time));
    }

    ObjectId commitAll() throws IOException {
        WorkTree.Committed done = workTree.commit(workTree.scan());
        return done.head().orElseThrow(() -> new AssertionError("nothing committed: " + done));
    }

    ObjectId head() throws IOException {
        return Objects.requireNonNull(git.resolve("HEAD"));
    }

    /** A commit as another device would make it: files by path, "x:" for executable, "l:" for a link. */
    ObjectId peer(Map<String, String> files, ObjectId... parents) throws IOException {
        try (ObjectInserter inserter = git.newObjectInserter()) {
            DirCache cache = DirCache.newInCore();
            DirCacheBuilder builder = cache.builder();
            for (Map.Entry<String, String> file : files.entrySet()) {
                DirCacheEntry entry = new DirCacheEntry(file.getKey());
                String text = file.getValue();
                boolean link = text.startsWith("l:");
                boolean run = text.startsWith("x:");
                entry.setFileMode(link ? FileMode.SYMLINK : run ? FileMode.EXECUTABLE_FILE : FileMode.REGULAR_FILE);
                entry.setObjectId(
                        inserter.insert(Constants.OBJ_BLOB, Constants.encode(link || run ? text.substring(2) : text)));
                builder.add(entry);
            }
            builder.finish();
            return commit(inserter, cache.writeTree(inserter), parents);
        }
    }

    ObjectId commit(ObjectInserter inserter, ObjectId tree, ObjectId... parents) throws IOException {
        CommitBuilder commit = new CommitBuilder();
        commit.setTreeId(tree);
        commit.setParentIds(parents);
        PersonIdent peer = new PersonIdent("B", "b@b", Instant.ofEpochSecond(seconds++), java.time.ZoneOffset.UTC);
        commit.setAuthor(peer);
        commit.setCommitter(peer);
        commit.setMessage("peer");
        ObjectId id = inserter.insert(commit);
        inserter.flush();
        return id;
    }

    Map<String, String> files(ObjectId commit) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (RevWalk revs = new RevWalk(git);
                TreeWalk walk = new TreeWalk(git)) {
            walk.addTree(revs.parseCommit(commit).getTree());
            walk.setRecursive(true);
            while (walk.next()) {
                String mark = walk.getFileMode(0) == FileMode.EXECUTABLE_FILE
                        ? "x:"
                        : walk.getFileMode(0) == FileMode.SYMLINK ? "l:" : "";
                files.put(
                        walk.getPathString(),
                        mark
                                + new String(
                                        git.open(walk.getObjectId(0)).getBytes(),
                                        java.nio.charset.StandardCharsets.UTF_8));
            }
        }
        return files;
    }

    /** What the folder's owner does when it is told of a new commit: version, merge, check out, until it is done. */
    void receive(ObjectId tip) throws IOException {
        Set<String> paths = Set.of();
        for (int turn = 0; turn < 10; turn++) {
            workTree.commit(paths);
            ObjectId merged = ConvergentMerge.merge(git, List.of(head(), tip)).head();
            WorkTree.CheckedOut out = workTree.checkOut(merged, UNKNOWN);
            if (out.done()) {
                return;
            }
            paths = out.changedMeanwhile();
        }
        throw new AssertionError("no end to it: " + paths);
    }
}
