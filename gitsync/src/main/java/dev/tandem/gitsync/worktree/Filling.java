package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.jspecify.annotations.Nullable;

/**
 * Puts contents into work files that are still their pointers, or pointers into work files that are still their
 * contents. A file that is neither is somebody's edit and stays.
 *
 * <p>Contents are written beside their places before index.lock is taken: a large one may take long.
 */
final class Filling {
    private final Folder folder;
    /** For what is written: without a filter, pointers are. */
    private final Folder target;

    private final boolean contents;
    private final Contents reading;
    private final ObjectInserter hash = new ObjectInserter.Formatter();
    private final Map<String, Stat> seen = new HashMap<>();
    private final Map<String, DirCacheEntry> entries = new TreeMap<>();

    /** @param contents whether to write contents, not pointers */
    Filling(Folder folder, boolean contents) {
        this.folder = folder;
        this.contents = contents;
        target = contents
                ? folder
                : new Folder(
                        folder.git(),
                        folder.root(),
                        folder.index(),
                        folder.directories(),
                        folder.clock(),
                        ContentFilter.NONE,
                        folder.failpoints());
        reading = new Contents(folder);
    }

    /** The paths that were written. */
    List<String> run(Collection<String> paths) throws IOException {
        folder.requireQuiet();
        folder.index().read();
        Placing placing = new Placing(
                target,
                (path, blob) -> Optional.ofNullable(seen.get(path)).map(Stat::modified),
                folder.clock().instant());
        try (ObjectReader reader = folder.git().newObjectReader()) {
            for (String path : new TreeSet<>(paths)) {
                DirCacheEntry entry = folder.index().entry(path);
                Stat stat = SafePath.isSafe(path) ? statBelowRealDirectories(path) : null;
                if (entry != null && stat != null && isToBeWritten(reader, path, entry, stat)) {
                    seen.put(path, stat);
                    entries.put(path, entry);
                    placing.prepare(reader, path, entry.getFileMode(), entry.getObjectId(), stat);
                }
            }
            placing.flush();
            folder.failpoints().hit("fill.prepared");
            return entries.isEmpty() ? List.of() : place(placing);
        } finally {
            placing.discard();
        }
    }

    private boolean isToBeWritten(ObjectReader reader, String path, DirCacheEntry entry, Stat stat) throws IOException {
        boolean file =
                FileMode.REGULAR_FILE.equals(entry.getRawMode()) || FileMode.EXECUTABLE_FILE.equals(entry.getRawMode());
        ObjectId blob = entry.getObjectId();
        long blobBytes = file && stat.isFile() ? reader.getObjectSize(blob, Constants.OBJ_BLOB) : Long.MAX_VALUE;
        if (blobBytes > ContentFilter.POINTER_BYTES_MAX
                || folder.filter()
                        .smudge(path, reader.open(blob, Constants.OBJ_BLOB).getCachedBytes())
                        .isEmpty()) {
            return false;
        }
        boolean isPointer = stat.sizeBytes() == blobBytes
                && hash.idFor(Constants.OBJ_BLOB, Files.readAllBytes(folder.file(path)))
                        .equals(blob);
        return contents ? isPointer : !isPointer && isUnchanged(path, entry, stat);
    }

    private boolean isUnchanged(String path, DirCacheEntry entry, Stat stat) throws IOException {
        try {
            return stat.matches(entry, folder.index().written(), folder.trustMode())
                    || reading.id(path, stat).equals(entry.getObjectId());
        } catch (Contents.ChangedException e) {
            return false;
        }
    }

    private List<String> place(Placing placing) throws IOException {
        List<String> written = new ArrayList<>();
        Map<String, @Nullable DirCacheEntry> index = new TreeMap<>();
        folder.index().lock();
        try {
            for (Map.Entry<String, DirCacheEntry> file : entries.entrySet()) {
                Stat placed = placing.place(file.getKey(), seen.get(file.getKey()));
                if (placed != null) {
                    DirCacheEntry entry = new DirCacheEntry(file.getValue());
                    Instant looked = folder.clock().instant();
                    placed.recordIn(entry, looked);
                    index.put(file.getKey(), entry);
                    written.add(file.getKey());
                }
            }
            placing.syncDirectories();
            folder.index().commit(index, false);
        } catch (IOException | RuntimeException e) {
            folder.index().unlock();
            throw e;
        }
        return written;
    }

    private @Nullable Stat statBelowRealDirectories(String path) throws IOException {
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            Stat parent = Stat.of(folder.file(path.substring(0, slash)));
            if (parent == null || !parent.isDirectory()) {
                return null;
            }
        }
        return Stat.of(folder.file(path));
    }
}
