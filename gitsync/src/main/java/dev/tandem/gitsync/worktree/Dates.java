package dev.tandem.gitsync.worktree;

import dev.tandem.gitsync.extra.Extra.FileTime;
import dev.tandem.gitsync.extra.Gathered;
import dev.tandem.gitsync.worktree.WorkTree.Times;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.jspecify.annotations.Nullable;

/** When the files of one checkout were modified: as history says, else as whoever pushed them said. */
final class Dates {
    private final Folder folder;
    private final Times otherwise;
    private final Gathered said;

    Dates(
            Folder folder,
            ObjectReader reader,
            @Nullable ObjectId from,
            ObjectId to,
            Collection<ObjectId> written,
            Times otherwise)
            throws IOException {
        this.folder = folder;
        this.otherwise = otherwise;
        // of a whole history only what is needed now; of what is new also what it says of files that are here already
        this.said = Gathered.between(reader, from, to, from == null ? Gathered.anyOf(written) : blob -> true);
    }

    Optional<Instant> modified(String path, ObjectId blob) throws IOException {
        Optional<Instant> known = said.modified(path, blob);
        return known.isPresent() ? known : otherwise.modified(path, blob);
    }

    /**
     * Two devices had the same content with different times, as when two copies of a folder are paired: the later one
     * is everybody's.
     *
     * @param index entries to be written; more are put there
     */
    void later(Map<String, @Nullable DirCacheEntry> index) throws IOException {
        for (FileTime word : said.words()) {
            String path = word.path();
            DirCacheEntry entry = index.containsKey(path) ? null : folder.index().entry(path);
            if (entry == null || FileMode.SYMLINK.equals(entry.getRawMode()) || !SafePath.isSafe(path)) {
                continue;
            }
            Optional<Instant> time = said.modified(path, entry.getObjectId());
            Instant here = entry.getLastModifiedInstant().truncatedTo(ChronoUnit.SECONDS);
            if (!word.isOf(entry.getObjectId())
                    || time.isEmpty()
                    || !time.get().truncatedTo(ChronoUnit.SECONDS).isAfter(here)) {
                continue;
            }
            Stat stat = folder.directories().isBelowRealDirectories(path) ? Stat.of(folder.file(path)) : null;
            if (stat != null && stat.matches(entry, folder.index().written(), folder.trustMode())) {
                Files.setLastModifiedTime(folder.file(path), java.nio.file.attribute.FileTime.from(time.get()));
                Stat now = Stat.of(folder.file(path));
                if (now != null) {
                    DirCacheEntry same = new DirCacheEntry(entry);
                    now.recordIn(same, folder.clock().instant());
                    same.smudgeRacilyClean(); // an edit in that very instant has this time now, too: it is read again
                    index.put(path, same);
                }
            }
        }
    }
}
