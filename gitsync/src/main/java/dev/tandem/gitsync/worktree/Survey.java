package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.jspecify.annotations.Nullable;

/**
 * Looks at work files and tells those that may differ from the index, by what the file system says of them alone: no
 * content is read. A whole tree costs one listing per directory and one stat per file.
 */
final class Survey {
    /**
     * What is at a path.
     *
     * @param stat empty where there is nothing that git could hold
     * @param clean the index entry is known to be right
     */
    record Found(Optional<Stat> stat, boolean clean) {
        static final Found NOTHING = new Found(Optional.empty(), false);
    }

    private final Folder folder;
    private final DirCache cache;
    private final Ignores ignores;
    private final boolean trustMode;
    private final boolean sweep;
    private final Map<String, Found> found = new TreeMap<>();
    private final Map<String, String> problems = new TreeMap<>();
    private final Map<String, Boolean> realDirectories = new HashMap<>();
    private final Set<String> emptyDirectories = new TreeSet<>();

    /** @param sweep whether to delete temporary files that a crash left behind */
    Survey(Folder folder, DirCache cache, boolean sweep) throws IOException {
        this.folder = folder;
        this.cache = cache;
        this.sweep = sweep;
        this.trustMode = folder.trustMode();
        this.ignores = new Ignores(folder.git());
    }

    /** By path; all single paths asked for, and of directories what may have changed below them. */
    Map<String, Found> found() {
        return found;
    }

    /** What could not be looked at, with the reason. */
    Map<String, String> problems() {
        return problems;
    }

    /** Directories with nothing in them, ignored ones left out. */
    Set<String> emptyDirectories() {
        return emptyDirectories;
    }

    /** Looks at a file or at everything below a directory; "" is the whole tree. */
    void look(String path) throws IOException {
        try {
            lookReadable(path);
        } catch (AccessDeniedException e) {
            problems.put(path, "cannot be read: permission denied");
        }
    }

    private void lookReadable(String path) throws IOException {
        if (path.isEmpty()) {
            below("");
            return;
        }
        if (!isOurs(path)) {
            return;
        }
        Stat stat = stat(path);
        if (stat != null && stat.isDirectory()) {
            boolean tracked = cache.getEntriesWithin(path).length > 0;
            if (tracked || (!isNestedRepository(path) && !ignores.ignores(path, true))) {
                if (folder.index().entry(path) != null) {
                    found.put(path, Found.NOTHING);
                }
                below(path);
            }
            return;
        }
        for (DirCacheEntry below : cache.getEntriesWithin(path)) {
            gone(below);
        }
        single(path, stat);
    }

    private void single(String path, @Nullable Stat stat) throws IOException {
        DirCacheEntry entry = folder.index().entry(path);
        if (stat != null && stat.isContent()) {
            if (entry != null && !isLeftAlone(entry)) {
                found.put(path, new Found(Optional.of(stat), matches(stat, entry)));
            } else if (entry == null && !insideNestedRepository(path)) {
                found.put(path, ignores.ignores(path, false) ? Found.NOTHING : new Found(Optional.of(stat), false));
            }
        } else if (entry == null || !isLeftAlone(entry)) {
            found.put(path, Found.NOTHING);
        }
    }

    private boolean matches(Stat stat, DirCacheEntry entry) {
        return stat.matches(entry, folder.index().written(), trustMode);
    }

    private void below(String top) throws IOException {
        Map<String, DirCacheEntry> unseen = new HashMap<>();
        Set<String> trackedDirectories = new HashSet<>();
        for (DirCacheEntry entry : top.isEmpty() ? allEntries() : cache.getEntriesWithin(top)) {
            String path = entry.getPathString();
            unseen.put(path, entry);
            for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
                if (!trackedDirectories.add(path.substring(0, slash))) {
                    break;
                }
            }
        }
        List<String> unreadable = new ArrayList<>();
        List<String> pending = new ArrayList<>(List.of(top));
        while (!pending.isEmpty()) {
            String directory = pending.remove(pending.size() - 1);
            try {
                list(directory, unseen, trackedDirectories, pending);
            } catch (AccessDeniedException e) {
                problems.put(directory, "cannot be read: permission denied");
                unreadable.add(directory + "/");
            }
        }
        for (Map.Entry<String, DirCacheEntry> entry : unseen.entrySet()) {
            if (unreadable.stream().noneMatch(entry.getKey()::startsWith)) {
                gone(entry.getValue());
            }
        }
    }

    private DirCacheEntry[] allEntries() {
        DirCacheEntry[] all = new DirCacheEntry[cache.getEntryCount()];
        for (int i = 0; i < all.length; i++) {
            all[i] = cache.getEntry(i);
        }
        return all;
    }

    private void list(
            String directory, Map<String, DirCacheEntry> unseen, Set<String> trackedDirectories, List<String> pending)
            throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder.file(directory))) {
            boolean empty = !directory.isEmpty();
            for (Path child : children) {
                String name = child.getFileName().toString();
                if (sweep && name.startsWith(SafePath.TEMP)) {
                    Files.deleteIfExists(child);
                    continue;
                }
                empty = false;
                if (isOurs(name)) {
                    String path = directory.isEmpty() ? name : directory + "/" + name;
                    child(path, child, unseen, trackedDirectories, pending);
                }
            }
            if (empty) {
                emptyDirectories.add(directory);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (NoSuchFileException | NotDirectoryException e) {
            if (directory.isEmpty()) {
                throw new IOException("The folder " + folder.root() + " is not there; is its disk mounted?", e);
            } // else it went away meanwhile: what was in it is gone
        }
    }

    private void child(
            String path,
            Path file,
            Map<String, DirCacheEntry> unseen,
            Set<String> trackedDirectories,
            List<String> pending)
            throws IOException {
        Stat stat = Stat.of(file);
        DirCacheEntry entry = unseen.get(path);
        if (stat == null || (entry != null && isLeftAlone(entry))) {
            return;
        }
        if (path.indexOf('\ufffd') >= 0 && Stat.of(folder.file(path)) == null) {
            problems.put(path, "its name is not text in UTF-8; rename it to have it synced");
            return;
        }
        if (stat.isDirectory()) {
            if (trackedDirectories.contains(path)
                    || (!Files.exists(file.resolve(".git")) && !ignores.ignores(path, true))) {
                pending.add(path);
            }
        } else if (stat.isContent()) {
            if (entry != null) {
                unseen.remove(path);
                if (!matches(stat, entry)) {
                    found.put(path, new Found(Optional.of(stat), false));
                }
            } else if (!ignores.ignores(path, false)) {
                found.put(path, new Found(Optional.of(stat), false));
            }
        }
    }

    private void gone(DirCacheEntry entry) {
        if (!isLeftAlone(entry)) {
            found.put(entry.getPathString(), Found.NOTHING);
        }
    }

    private static boolean isLeftAlone(DirCacheEntry entry) {
        return Folder.isNestedRepository(entry.getRawMode()) || entry.isSkipWorkTree() || entry.isAssumeValid();
    }

    private static boolean isOurs(String path) {
        for (String name : path.split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                return false;
            }
            if (SafePath.isGit(name) || name.startsWith(SafePath.TEMP)) {
                return false;
            }
        }
        return true;
    }

    /** Null also where a component above is no directory of ours but a link or a file. */
    private @Nullable Stat stat(String path) throws IOException {
        int slash = path.lastIndexOf('/');
        return slash > 0 && !isRealDirectory(path.substring(0, slash)) ? null : Stat.of(folder.file(path));
    }

    private boolean isRealDirectory(String path) throws IOException {
        Boolean known = realDirectories.get(path);
        if (known == null) {
            Stat stat = stat(path);
            known = stat != null && stat.isDirectory();
            realDirectories.put(path, known);
        }
        return known;
    }

    private boolean insideNestedRepository(String path) {
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            if (Files.exists(folder.file(path.substring(0, slash)).resolve(".git"))
                    && cache.getEntriesWithin(path.substring(0, slash)).length == 0) {
                return true;
            }
        }
        return false;
    }

    private boolean isNestedRepository(String directory) {
        return Files.exists(folder.file(directory).resolve(".git")) || insideNestedRepository(directory);
    }
}
