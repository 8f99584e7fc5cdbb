package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;

/**
 * Compares the files with the index by looking, not by reading: one look for each file. Deletes what a crash has left
 * of Tandem's own temporary files on its way.
 */
final class Scan {
    static final String TEMPORARY = ".tandem-tmp-";
    private static final String DOT_GIT = ".git";

    private final Path root;
    private final DirCache index;
    private final Instant indexed;
    private final Ignores ignores;
    private final Set<String> seen = new HashSet<>();
    private final Set<String> changed = new LinkedHashSet<>();

    Scan(Path root, DirCache index, Instant indexed, Ignores ignores) {
        this.root = root;
        this.index = index;
        this.indexed = indexed;
        this.ignores = ignores;
    }

    /** All paths, tracked or new, that are not as the index says, or may not be. */
    Set<String> run() throws IOException {
        directory("", root);
        for (int i = 0; i < index.getEntryCount(); i++) {
            DirCacheEntry entry = index.getEntry(i);
            if (!seen.contains(entry.getPathString()) && isOurs(entry)) {
                missing(entry);
            }
        }
        return changed;
    }

    /** Entries that git itself treats in a special way stay as they are. */
    static boolean isOurs(DirCacheEntry entry) {
        return entry.getFileMode() != FileMode.GITLINK && !entry.isSkipWorkTree();
    }

    private void missing(DirCacheEntry entry) throws IOException {
        // it may be there and ignored
        Optional<FileState> state = new Looks(root).at(entry.getPathString());
        if (state.isEmpty() || !state.get().matches(entry, indexed)) {
            changed.add(entry.getPathString());
        }
    }

    private void directory(String prefix, Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (name.startsWith(TEMPORARY)) {
                    Files.deleteIfExists(entry);
                } else if (!name.equals(DOT_GIT)) {
                    entry(prefix + name, entry);
                }
            }
        } catch (DirectoryIteratorException broken) {
            throw broken.getCause();
        } catch (NoSuchFileException | NotDirectoryException gone) {
            changed.add(prefix.isEmpty() ? prefix : prefix.substring(0, prefix.length() - 1));
        }
    }

    private void entry(String path, Path file) throws IOException {
        Optional<FileState> looked = FileState.of(file);
        if (looked.isEmpty()) {
            return;
        }
        FileState state = looked.get();
        if (state.isDirectory()) {
            if (!Files.exists(file.resolve(DOT_GIT)) && !ignores.isIgnoredItself(path, true)) {
                directory(path + "/", file);
            }
            return;
        }
        DirCacheEntry entry = index.getEntry(path);
        if (entry != null) {
            seen.add(path);
            if (isOurs(entry) && !state.matches(entry, indexed)) {
                changed.add(path);
            }
        } else if (state.isFileOrLink() && !ignores.isIgnoredItself(path, false)) {
            changed.add(path);
        }
    }
}
