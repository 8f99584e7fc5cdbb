package dev.tandem.assistant;

import dev.tandem.assistant.core.HeldDeletion;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.revwalk.RevTree;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/**
 * Counts what would vanish with a commit or a merge, and brings it back. Files that are moved do not vanish: as many
 * new ones are there. Called by the thread that works on the files.
 */
final class MassDeletion {
    private static final String SECTION = "tandem";

    private final Repository git;
    private final Path root;
    private final PersonIdent author;
    private final InstantSource clock;

    /** What the deletions of the last seconds began with. */
    private final DeletionWindow window;

    MassDeletion(Repository git, InstantSource clock, String device) {
        this.git = git;
        this.clock = clock;
        root = git.getWorkTree().toPath();
        window = new DeletionWindow(git, clock);
        author = new PersonIdent(device, "tandem@" + device);
    }

    private HeldDeletion.Limit limit() {
        StoredConfig config = git.getConfig();
        HeldDeletion.Limit usual = HeldDeletion.Limit.DEFAULT;
        return new HeldDeletion.Limit(
                config.getInt(SECTION, null, "massDeletionFiles", usual.files()),
                config.getInt(SECTION, null, "massDeletionPercent", usual.percent()));
    }

    /** What a commit of these paths would take out of history, if that has to be asked about. */
    Optional<HeldDeletion> inFiles(Set<String> paths, @Nullable ObjectId head) throws IOException {
        if (head == null || paths.stream().noneMatch(path -> isGone(path))) {
            window.release();
            return Optional.empty();
        }
        ObjectId base = window.base(head);
        Optional<HeldDeletion> found = since(base, paths, head);
        if (found.isPresent()) {
            window.hold(base);
        } else {
            window.passes(head, paths);
        }
        return found;
    }

    /** The same, with what was deleted between two commits. */
    private Optional<HeldDeletion> since(ObjectId base, Set<String> paths, ObjectId head) throws IOException {
        HeldDeletion.Limit limit = limit();
        DeletionWindow.Changes before = window.changes(base, head);
        if (!mayExceed(limit, before.deleted().size() + atOrBelow(paths, head))) {
            return Optional.empty();
        }
        Set<String> all = new HashSet<>(paths);
        all.addAll(before.deleted());
        Map<String, DirCacheEntry> files = filesOf(base);
        int size = files.size();
        files.putAll(filesOf(head));
        int vanished = vanished(all, files).size();
        if (!limit.isExceeded(vanished, size)) {
            return Optional.empty();
        }
        int net = vanished - before.added() - appeared(paths, files.keySet(), vanished);
        return limit.isExceeded(net, size)
                ? Optional.of(new HeldDeletion(vanished, size, null))
                : Optional.empty();
    }

    /** The user has said whether it is meant: what comes now is counted anew. */
    void decided() throws IOException {
        window.clear();
    }

    /** Whether so many are too many for a folder of any size: all files are counted only then. */
    private static boolean mayExceed(HeldDeletion.Limit limit, int vanished) {
        return limit.isExceeded(vanished, limit.files());
    }

    /** How many files a commit has at these paths or below them. */
    private int atOrBelow(Set<String> paths, ObjectId commit) throws IOException {
        int count = 0;
        try (RevWalk commits = new RevWalk(git)) {
            RevTree tree = commits.parseCommit(commit).getTree();
            for (String path : paths) {
                if (path.isEmpty()) {
                    return Integer.MAX_VALUE;
                }
                try (TreeWalk walk = TreeWalk.forPath(commits.getObjectReader(), path, tree)) {
                    if (walk != null) {
                        count += walk.isSubtree() ? files(walk.getObjectId(0)) : 1;
                    }
                }
            }
        }
        return count;
    }

    private int files(ObjectId tree) throws IOException {
        int count = 0;
        try (TreeWalk walk = new TreeWalk(git)) {
            walk.addTree(tree);
            walk.setRecursive(true);
            while (walk.next()) {
                count++;
            }
        }
        return count;
    }

    /** What a checkout of a merge would delete, if that has to be asked about. */
    Optional<HeldDeletion> inMerge(ObjectId own, ObjectId merged, String from) throws IOException {
        int vanished = 0;
        int appeared = 0;
        try (RevWalk commits = new RevWalk(git);
                TreeWalk walk = new TreeWalk(git)) {
            RevTree ours = commits.parseCommit(own).getTree();
            walk.addTree(ours);
            walk.addTree(commits.parseCommit(merged).getTree());
            walk.setRecursive(true);
            walk.setFilter(TreeFilter.ANY_DIFF);
            while (walk.next()) {
                boolean here = walk.getFileMode(0) != FileMode.MISSING;
                boolean there = walk.getFileMode(1) != FileMode.MISSING;
                vanished += here && !there ? 1 : 0;
                appeared += !here && there ? 1 : 0;
            }
            HeldDeletion.Limit limit = limit();
            if (!mayExceed(limit, vanished - appeared)) {
                return Optional.empty();
            }
            int files = files(ours);
            return limit.isExceeded(vanished - appeared, files)
                    ? Optional.of(new HeldDeletion(vanished, files, from))
                    : Optional.empty();
        }
    }

    /** Puts the files back that have vanished here, as the last commits have them, with the times they had. */
    Set<String> restore(Set<String> paths, ObjectId head) throws IOException {
        ObjectId base = window.base(head);
        Set<String> all = new HashSet<>(paths);
        all.addAll(window.changes(base, head).deleted());
        Map<String, DirCacheEntry> files = filesOf(base);
        files.putAll(filesOf(head));
        Map<String, DirCacheEntry> vanished = vanished(all, files);
        Map<String, Instant> times = window.times(vanished.keySet());
        for (Map.Entry<String, DirCacheEntry> file : vanished.entrySet()) {
            write(file.getKey(), file.getValue(), times.get(file.getKey()));
        }
        return vanished.keySet();
    }

    /** A commit on top of a merge that has what the merge would delete of ours. */
    ObjectId keeping(ObjectId own, ObjectId merged) throws IOException {
        Map<String, DirCacheEntry> result = filesOf(merged);
        Set<String> taken = new HashSet<>(result.keySet());
        result.keySet().forEach(path -> taken.addAll(ancestors(path)));
        filesOf(own).forEach((path, entry) -> {
            boolean free = !taken.contains(path) && ancestors(path).stream().noneMatch(result::containsKey);
            if (free) {
                result.put(path, entry);
            }
        });
        DirCache cache = DirCache.newInCore();
        DirCacheBuilder builder = cache.builder();
        result.values().forEach(builder::add);
        builder.finish();
        try (ObjectInserter objects = git.newObjectInserter()) {
            PersonIdent now = new PersonIdent(author, clock.instant(), ZoneOffset.UTC);
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(cache.writeTree(objects));
            commit.setParentId(merged);
            commit.setAuthor(now);
            commit.setCommitter(now);
            commit.setMessage("Keep the files that were deleted elsewhere\n");
            ObjectId made = objects.insert(commit);
            objects.flush();
            return made;
        }
    }

    private boolean isGone(String path) {
        return !Files.exists(root.resolve(path), LinkOption.NOFOLLOW_LINKS);
    }

    private Map<String, DirCacheEntry> filesOf(ObjectId commit) throws IOException {
        Map<String, DirCacheEntry> files = new LinkedHashMap<>();
        try (RevWalk commits = new RevWalk(git);
                TreeWalk walk = new TreeWalk(git)) {
            walk.addTree(commits.parseCommit(commit).getTree());
            walk.setRecursive(true);
            while (walk.next()) {
                DirCacheEntry entry = new DirCacheEntry(walk.getPathString());
                entry.setFileMode(walk.getFileMode(0));
                entry.setObjectId(walk.getObjectId(0));
                files.put(walk.getPathString(), entry);
            }
        }
        return files;
    }

    private Map<String, DirCacheEntry> vanished(Set<String> paths, Map<String, DirCacheEntry> files) {
        Map<String, DirCacheEntry> vanished = new LinkedHashMap<>();
        files.forEach((path, entry) -> {
            boolean meant = paths.contains("") || paths.contains(path) || !disjoint(ancestors(path), paths);
            if (meant && isGone(path)) {
                vanished.put(path, entry);
            }
        });
        return vanished;
    }

    private static boolean disjoint(Set<String> some, Set<String> others) {
        return some.stream().noneMatch(others::contains);
    }

    private static Set<String> ancestors(String path) {
        Set<String> ancestors = new HashSet<>();
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            ancestors.add(path.substring(0, slash));
        }
        return ancestors;
    }

    /**
     * How many files there are at or below these paths that the last commit does not have; counts no further than
     * asked.
     */
    private int appeared(Set<String> paths, Set<String> known, int most) throws IOException {
        Set<String> found = new HashSet<>();
        for (String path : paths) {
            Path start = root.resolve(path);
            if (found.size() < most && Files.exists(start, LinkOption.NOFOLLOW_LINKS)) {
                try (Stream<Path> below = Files.walk(start)) {
                    below.filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
                            .map(file -> root.relativize(file).toString().replace('\\', '/'))
                            .filter(file -> !file.startsWith(".git/") && !known.contains(file))
                            .limit(most)
                            .forEach(found::add);
                }
            }
        }
        return found.size();
    }

    /** Beside its place first, then into it, whole. */
    private void write(String path, DirCacheEntry entry, @Nullable Instant modified) throws IOException {
        Path target = root.resolve(path);
        Files.createDirectories(target.resolveSibling(""));
        byte[] content = git.open(entry.getObjectId()).getCachedBytes(Integer.MAX_VALUE);
        if (entry.getFileMode() == FileMode.SYMLINK) {
            Files.createSymbolicLink(target, Path.of(new String(content, StandardCharsets.UTF_8)));
            return;
        }
        Path beside = Files.createTempFile(target.resolveSibling(""), ".tandem-tmp-", "");
        Files.delete(beside); // it has mode 0600; a file of the user's has what the umask gives
        try (FileChannel out = FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            java.nio.ByteBuffer bytes = java.nio.ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        if (entry.getFileMode() == FileMode.EXECUTABLE_FILE && !beside.toFile().setExecutable(true, false)) {
            throw new IOException("cannot make " + beside + " executable");
        }
        if (modified != null) {
            Files.setLastModifiedTime(beside, FileTime.from(modified));
        }
        Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
    }
}
