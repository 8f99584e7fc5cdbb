package dev.tandem.gitsync.worktree;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEditor;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.jspecify.annotations.Nullable;

/** Reads what changed at some paths into git's objects, and says how tree and index have to follow. */
final class CommitJob {
    /** Files up to this size are read at once; larger ones as a stream. */
    private static final int SMALL = 1 << 20;

    /** What is at a path now. */
    record Found(TreeEdit.Blob blob, FileState state, boolean racy) {}

    private final Path root;
    private final DirCache index;
    private final Instant indexed;
    private final Ignores ignores;
    private final Looks looks;
    private final InstantSource clock;
    private final Map<String, FileState> candidates = new LinkedHashMap<>();
    private final Set<String> deleted = new LinkedHashSet<>();
    private final Map<String, Found> found = new LinkedHashMap<>();
    final Set<String> unsettled = new LinkedHashSet<>();
    final Set<String> unreadable = new LinkedHashSet<>();

    CommitJob(Path root, DirCache index, Instant indexed, Ignores ignores, InstantSource clock) {
        this.root = root;
        this.index = index;
        this.indexed = indexed;
        this.ignores = ignores;
        this.clock = clock;
        looks = new Looks(root);
    }

    /** Finds out which files the paths stand for, and which of them have to be read; returns how many. */
    int collect(Set<String> paths) throws IOException {
        for (String path : paths) {
            if (!isGit(path)) {
                collect(path);
            }
        }
        return candidates.size();
    }

    private static boolean isGit(String path) {
        return path.equals(Constants.DOT_GIT) || path.startsWith(Constants.DOT_GIT + "/");
    }

    private void collect(String path) throws IOException {
        Optional<FileState> looked = path.isEmpty() ? FileState.of(root) : looks.at(path);
        if (looked.isPresent() && looked.get().isDirectory()) {
            directory(path);
            return;
        }
        for (DirCacheEntry below : index.getEntriesWithin(path)) {
            delete(below);
        }
        DirCacheEntry entry = index.getEntry(path);
        if (looked.isEmpty() || !looked.get().isFileOrLink()) {
            if (entry != null) {
                delete(entry);
            }
        } else if (entry != null || !ignores.isIgnored(path, false)) {
            candidate(path, looked.get(), entry);
        }
    }

    /** A directory that is new, or whose events were lost: all of it is looked at. */
    private void directory(String path) throws IOException {
        Path directory = root.resolve(path);
        if (!path.isEmpty() && (Files.exists(directory.resolve(Constants.DOT_GIT)) || ignores.isIgnored(path, true))) {
            return;
        }
        String prefix = path.isEmpty() ? "" : path + "/";
        try (var entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (!name.equals(Constants.DOT_GIT) && !name.startsWith(Scan.TEMPORARY)) {
                    collect(prefix + name);
                }
            }
        } catch (AccessDeniedException closed) {
            unreadable.add(path);
            return;
        } catch (NoSuchFileException gone) {
            unsettled.add(path);
            return;
        }
        for (DirCacheEntry below : path.isEmpty() ? new DirCacheEntry[0] : index.getEntriesWithin(path)) {
            if (looks.at(below.getPathString()).isEmpty()) {
                delete(below);
            }
        }
    }

    private void delete(DirCacheEntry entry) {
        if (Scan.isOurs(entry)) {
            deleted.add(entry.getPathString());
        }
    }

    private void candidate(String path, FileState state, @Nullable DirCacheEntry entry) {
        if (entry == null || (Scan.isOurs(entry) && !state.matches(entry, indexed))) {
            candidates.put(path, state);
        }
    }

    /** Reads the files; one that changes while it is read is left for later. */
    void read(ObjectInserter inserter) throws IOException {
        for (Map.Entry<String, FileState> candidate : candidates.entrySet()) {
            String path = candidate.getKey();
            Path file = root.resolve(path);
            try {
                FileState before = candidate.getValue();
                ObjectId id = insert(file, before, inserter);
                Instant now = clock.instant();
                if (FileState.of(file).equals(Optional.of(before))) {
                    found.put(path, new Found(new TreeEdit.Blob(before.mode(), id), before, before.isRacy(now)));
                } else {
                    unsettled.add(path);
                }
            } catch (AccessDeniedException closed) {
                unreadable.add(path);
            } catch (NoSuchFileException | EOFException moved) {
                unsettled.add(path);
            }
        }
    }

    private static ObjectId insert(Path file, FileState state, ObjectInserter inserter) throws IOException {
        if (state.mode() == org.eclipse.jgit.lib.FileMode.SYMLINK) {
            return inserter.insert(
                    Constants.OBJ_BLOB, Files.readSymbolicLink(file).toString().getBytes(StandardCharsets.UTF_8));
        }
        if (state.size() <= SMALL) {
            return inserter.insert(Constants.OBJ_BLOB, Files.readAllBytes(file));
        }
        try (InputStream in = Files.newInputStream(file)) {
            return inserter.insert(Constants.OBJ_BLOB, state.size(), in);
        }
    }

    /** What the tree has to become. */
    Map<String, Optional<TreeEdit.Blob>> treeEdits() {
        Map<String, Optional<TreeEdit.Blob>> edits = new LinkedHashMap<>();
        deleted.forEach(path -> edits.put(path, Optional.empty()));
        found.forEach((path, file) -> edits.put(path, Optional.of(file.blob)));
        return edits;
    }

    /** Whether the index has to be written: not where files were only read to be sure. */
    boolean indexDiffers() {
        return !deleted.isEmpty()
                || found.entrySet().stream().anyMatch(file -> {
                    DirCacheEntry entry = index.getEntry(file.getKey());
                    return entry == null
                            || entry.isSmudged()
                            || !entry.getObjectId().equals(file.getValue().blob.id())
                            || !entry.getLastModifiedInstant()
                                    .equals(file.getValue().state.modified());
                });
    }

    /** The contents that were read. */
    List<ObjectId> objects() {
        return found.values().stream().map(file -> file.blob.id()).toList();
    }

    /** What the index has to become; also entries whose file was only looked at anew. */
    List<DirCacheEditor.PathEdit> indexEdits() {
        List<DirCacheEditor.PathEdit> edits = new ArrayList<>();
        deleted.forEach(path -> edits.add(new DirCacheEditor.DeletePath(path)));
        found.forEach((path, file) -> edits.add(new SetEntry(path, file.blob, file.state, file.racy)));
        return edits;
    }

    /** The same as the user would say it. */
    List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        deleted.forEach(path -> changes.add(new Change(Change.Kind.DELETED, path)));
        found.forEach((path, file) -> {
            DirCacheEntry entry = index.getEntry(path);
            if (entry == null) {
                changes.add(new Change(Change.Kind.ADDED, path));
            } else if (!entry.getObjectId().equals(file.blob.id()) || entry.getFileMode() != file.blob.mode()) {
                changes.add(new Change(Change.Kind.MODIFIED, path));
            }
        });
        return changes;
    }

    /** An index entry with the true size and time of its file. */
    static final class SetEntry extends DirCacheEditor.PathEdit {
        private final TreeEdit.Blob blob;
        private final FileState state;
        private final boolean racy;

        SetEntry(String path, TreeEdit.Blob blob, FileState state, boolean racy) {
            super(path);
            this.blob = blob;
            this.state = state;
            this.racy = racy;
        }

        @Override
        public void apply(DirCacheEntry entry) {
            entry.setFileMode(blob.mode());
            entry.setObjectId(blob.id());
            entry.setLength((int) state.size());
            entry.setLastModified(state.modified());
            if (racy) {
                entry.smudgeRacilyClean(); // read it again next time, whatever its size and time say
            }
        }
    }
}
