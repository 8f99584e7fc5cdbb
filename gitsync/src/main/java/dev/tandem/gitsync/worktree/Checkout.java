package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEditor;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/**
 * Brings the files from one commit to another that contains it.
 *
 * <p>New contents are written beside their targets, forced to the disk, given their times, and renamed. Right before
 * that the target is looked at once more: should it have changed in the last instant, the changed file is moved aside
 * under a variant name and becomes a version of its own, so neither side's edit is lost. The same happens to files that
 * were edited after a crash has cut a checkout short.
 */
final class Checkout {
    /** One path that differs between the commits; null where it is absent. */
    private record Step(String path, TreeEdit.@Nullable Blob old, TreeEdit.@Nullable Blob next) {}

    private final Repository git;
    private final Path root;
    private final Index index;
    private final InstantSource clock;
    private final Times times;
    private final Instant fallbackTime;
    private final Looks looks;
    private final List<Step> steps = new ArrayList<>();
    private int temporaries;
    /** What a path looked like when it was found to hold nothing that is not in history. */
    private final Map<String, Optional<FileState>> verified = new LinkedHashMap<>();

    Checkout(Repository git, Index index, InstantSource clock, Optional<ObjectId> head, ObjectId tip, Times times)
            throws IOException {
        this.git = git;
        this.index = index;
        this.clock = clock;
        this.times = times;
        root = git.getWorkTree().toPath();
        looks = new Looks(root);
        try (RevWalk walk = new RevWalk(git);
                TreeWalk trees = new TreeWalk(git)) {
            RevCommit to = walk.parseCommit(tip);
            fallbackTime = Instant.ofEpochSecond(to.getCommitTime());
            if (head.isPresent()) {
                RevCommit from = walk.parseCommit(head.get());
                if (!walk.isMergedInto(from, to)) {
                    throw new IOException(tip.name() + " does not contain the present head " + from.name());
                }
                trees.addTree(from.getTree());
            } else {
                trees.addTree(new EmptyTreeIterator());
            }
            trees.addTree(to.getTree());
            trees.setRecursive(true);
            trees.setFilter(TreeFilter.ANY_DIFF);
            while (trees.next()) {
                SafePath.check(trees.getPathString());
                steps.add(new Step(trees.getPathString(), blob(trees, 0), blob(trees, 1)));
            }
        }
    }

    private static TreeEdit.@Nullable Blob blob(TreeWalk trees, int side) {
        return trees.getFileMode(side) == FileMode.MISSING
                ? null
                : new TreeEdit.Blob(trees.getFileMode(side), trees.getObjectId(side));
    }

    /** Paths that would lose a change which is in no commit yet. */
    Set<String> localChanges() throws IOException {
        Set<String> local = new LinkedHashSet<>();
        DirCache entries = index.read();
        Instant indexed = index.written();
        Ignores ignores = new Ignores(git);
        for (Step step : steps) {
            Optional<FileState> state = looks.at(step.path);
            if (isKept(step, state, entries.getEntry(step.path), indexed)) {
                verified.put(step.path, state);
            } else if (step.old != null
                    || !ignores.isIgnored(
                            step.path, state.isPresent() && state.get().isDirectory())) {
                local.add(step.path);
            }
            // what is ignored never becomes a version: it is moved aside when its turn comes
        }
        return local;
    }

    /** Whether what is at a path is in history: the old content, or by chance the new one already. */
    private boolean isKept(Step step, Optional<FileState> looked, @Nullable DirCacheEntry entry, Instant indexed)
            throws IOException {
        if (looked.isEmpty()) {
            // absent: fine where it was absent or is to go; otherwise the user has deleted it
            return step.old == null || step.next == null;
        }
        FileState state = looked.get();
        if (state.isDirectory()) {
            return isReplaceableDirectory(step);
        }
        if (step.old != null
                && entry != null
                && entry.getObjectId().equals(step.old.id())
                && state.matches(entry, indexed)) {
            return true;
        }
        return holds(step, state);
    }

    /** A directory in a file's place is no obstacle if all that it holds goes in the same checkout. */
    private boolean isReplaceableDirectory(Step step) throws IOException {
        if (step.next == null) {
            return true; // its file is gone already
        }
        Set<String> going = new LinkedHashSet<>();
        for (Step other : steps) {
            if (other.next == null && other.path.startsWith(step.path + "/")) {
                going.add(other.path);
            }
        }
        try (var files = Files.walk(root.resolve(step.path))) {
            return files.filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
                    .allMatch(file -> going.contains(root.relativize(file).toString()));
        }
    }

    private boolean holds(Step step, FileState state) throws IOException {
        if (!state.isFileOrLink()) {
            return false;
        }
        ObjectId id = hash(root.resolve(step.path), state);
        TreeEdit.Blob now = new TreeEdit.Blob(state.mode(), id);
        return now.equals(step.old) || now.equals(step.next);
    }

    private static ObjectId hash(Path file, FileState state) throws IOException {
        try (ObjectInserter.Formatter hasher = new ObjectInserter.Formatter()) {
            if (state.mode() == FileMode.SYMLINK) {
                return hasher.idFor(
                        Constants.OBJ_BLOB,
                        Files.readSymbolicLink(file).toString().getBytes(StandardCharsets.UTF_8));
            }
            try (InputStream in = Files.newInputStream(file)) {
                return hasher.idFor(Constants.OBJ_BLOB, state.size(), in);
            }
        }
    }

    /** Does it: files, then the branch, then the index. */
    List<Change> run(Index.Step moveBranch) throws IOException {
        Map<String, Path> prepared = new LinkedHashMap<>();
        List<DirCacheEditor.PathEdit> edits = new ArrayList<>();
        try (ObjectReader reader = git.newObjectReader()) {
            for (Step step : steps) {
                if (step.next == null) {
                    delete(step.path);
                    edits.add(new DirCacheEditor.DeletePath(step.path));
                }
            }
            looks.forget();
            for (Step step : steps) {
                if (step.next != null && step.next.mode() != FileMode.GITLINK) {
                    prepared.put(step.path, prepare(step, reader));
                }
            }
            Set<Path> directories = new LinkedHashSet<>();
            for (Step step : steps) {
                Path beside = prepared.get(step.path);
                if (step.next != null && beside != null) {
                    edits.add(replace(step.path, step.next, beside));
                    directories.add(beside.getParent());
                }
            }
            for (Path directory : directories) {
                Durable.forceDirectory(directory);
            }
        }
        index.update(edits, moveBranch);
        return steps.stream().map(Checkout::change).toList();
    }

    private static Change change(Step step) {
        if (step.next == null) {
            return new Change(Change.Kind.DELETED, step.path);
        }
        return new Change(step.old == null ? Change.Kind.ADDED : Change.Kind.MODIFIED, step.path);
    }

    private void delete(String path) throws IOException {
        if (!looks.isInside(path)) {
            return;
        }
        Optional<FileState> state = looks.at(path);
        if (state.isEmpty() || state.get().isDirectory()) {
            return;
        }
        moveAsideIfChanged(path, state);
        Files.deleteIfExists(root.resolve(path));
        for (Path parent = root.resolve(path).getParent();
                parent != null && !parent.equals(root);
                parent = parent.getParent()) {
            try {
                Files.delete(parent);
            } catch (DirectoryNotEmptyException | NoSuchFileException inUse) {
                return;
            }
        }
    }

    private Path prepare(Step step, ObjectReader reader) throws IOException {
        Path target = root.resolve(step.path);
        makeDirectories(step.path);
        Path beside = target.resolveSibling(Scan.TEMPORARY + clock.millis() + "-" + ++temporaries);
        Files.deleteIfExists(beside);
        TreeEdit.Blob next = Objects.requireNonNull(step.next);
        if (next.mode() == FileMode.SYMLINK) {
            Files.createSymbolicLink(
                    beside, Path.of(new String(reader.open(next.id()).getBytes(), StandardCharsets.UTF_8)));
            return beside;
        }
        try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                OutputStream out = Channels.newOutputStream(channel)) {
            reader.open(next.id(), Constants.OBJ_BLOB).copyTo(out);
            channel.force(true);
        }
        if (next.mode() == FileMode.EXECUTABLE_FILE) {
            executable(beside);
        }
        Instant modified = times.modified(step.path, next.id()).orElse(fallbackTime);
        Files.setLastModifiedTime(beside, FileTime.from(modified));
        return beside;
    }

    /** Every directory on the way is made; a file or a link that is in the way is moved aside. */
    private void makeDirectories(String path) throws IOException {
        int slash = path.lastIndexOf('/');
        if (slash < 0 || looks.isInside(path)) {
            return;
        }
        String parent = path.substring(0, slash);
        makeDirectories(parent);
        Path directory = root.resolve(parent);
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)
                && !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            moveAside(directory);
        }
        Files.createDirectories(directory);
        looks.forget();
    }

    private static void executable(Path file) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        permissions.add(PosixFilePermission.OWNER_EXECUTE);
        if (permissions.contains(PosixFilePermission.GROUP_READ)) {
            permissions.add(PosixFilePermission.GROUP_EXECUTE);
        }
        if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
            permissions.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        Files.setPosixFilePermissions(file, permissions);
    }

    private DirCacheEditor.PathEdit replace(String path, TreeEdit.Blob next, Path beside) throws IOException {
        Path target = root.resolve(path);
        moveAsideIfChanged(path, looks.at(path));
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            removeEmpty(target);
        }
        Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        FileState state = FileState.of(target).orElseThrow(() -> new NoSuchFileException(path));
        return new CommitJob.SetEntry(path, next, state, false);
    }

    private static void removeEmpty(Path directory) throws IOException {
        try (var tree = Files.walk(directory)) {
            for (Path empty : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(empty);
            }
        }
    }

    /** The last look: what is there now must still be what was found to be in history. */
    private void moveAsideIfChanged(String path, Optional<FileState> now) throws IOException {
        if (now.isEmpty() || now.get().isDirectory()) {
            return;
        }
        Optional<FileState> before = verified.get(path);
        if (before != null && before.equals(now)) {
            return;
        }
        Step step = steps.stream().filter(s -> s.path.equals(path)).findFirst().orElseThrow();
        if (!holds(step, now.get())) {
            moveAside(root.resolve(path));
        }
    }

    private static void moveAside(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        String base = dot <= 0 ? name : name.substring(0, dot);
        String extension = dot <= 0 ? "" : name.substring(dot);
        for (int i = 0; ; i++) {
            Path aside = file.resolveSibling(base + ".variant-local" + (i == 0 ? "" : "-" + i) + extension);
            if (!Files.exists(aside, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
                return;
            }
        }
    }
}
