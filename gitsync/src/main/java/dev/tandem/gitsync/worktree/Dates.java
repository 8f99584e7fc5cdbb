package dev.tandem.gitsync.worktree;

import dev.tandem.gitsync.extra.Extra.FileTime;
import dev.tandem.gitsync.extra.Gathered;
import dev.tandem.gitsync.worktree.WorkTree.Times;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.jspecify.annotations.Nullable;

/**
 * When the files of one checkout were modified.
 *
 * <ol>
 *   <li>As history says of that content, at that path or at another: what a merge puts under another name, as a variant
 *       or after a rename, keeps its time.
 *   <li>What is said of no content, as of a text of both sides' edits, is as old as the later of the two.
 *   <li>Else as whoever pushed it said, which is all there is of commits that the user's own git made.
 * </ol>
 */
final class Dates {
    /**
     * What is said of a content that comes back is found this far behind the head; further back it is not looked for.
     */
    private static final int COMMITS_BEHIND = 2000;

    private final Folder folder;
    private final ObjectReader reader;
    private final @Nullable ObjectId from;
    private final Map<String, ObjectId> written;
    private final Times otherwise;
    private final Gathered said;
    private @Nullable Gathered before;
    private @Nullable Map<ObjectId, Instant> here;

    Dates(
            Folder folder,
            ObjectReader reader,
            @Nullable ObjectId from,
            ObjectId to,
            Map<String, ObjectId> written,
            Times otherwise)
            throws IOException {
        this.folder = folder;
        this.reader = reader;
        this.from = from;
        this.written = written;
        this.otherwise = otherwise;
        // of a whole history only what is needed now; of what is new also what it says of files that are here already
        this.said = Gathered.between(reader, from, to, from == null ? Gathered.anyOf(written.values()) : blob -> true);
    }

    Optional<Instant> modified(String path, ObjectId blob) throws IOException {
        Optional<Instant> known = said.modified(path, blob);
        if (known.isEmpty() && from != null) {
            known = Optional.ofNullable(here().get(blob));
            if (known.isEmpty()) {
                known = before(from).modified(path, blob);
            }
        }
        DirCacheEntry there = folder.index().entry(path);
        if (known.isEmpty() && from != null) {
            ObjectId content = there == null ? ObjectId.zeroId() : there.getObjectId();
            Instant time = there == null ? Instant.MIN : there.getLastModifiedInstant();
            known = said.merged(path, before(from), content, time);
        }
        return known.isPresent() ? known : otherwise.modified(path, blob);
    }

    /** The times of contents that are in the work tree now, whatever they are called. */
    private Map<ObjectId, Instant> here() {
        if (here == null) {
            here = new HashMap<>();
            Set<ObjectId> wanted = new HashSet<>(written.values());
            DirCache index = folder.index().known();
            for (int i = 0; i < index.getEntryCount(); i++) {
                DirCacheEntry entry = index.getEntry(i);
                if (wanted.contains(entry.getObjectId())) {
                    here.merge(entry.getObjectId(), entry.getLastModifiedInstant(), Dates::later);
                }
            }
        }
        return here;
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private Gathered before(ObjectId head) throws IOException {
        if (before == null) {
            Set<ObjectId> wanted = new HashSet<>(written.values());
            for (String path : written.keySet()) {
                DirCacheEntry there = folder.index().entry(path);
                if (there != null) {
                    wanted.add(there.getObjectId());
                }
            }
            before = Gathered.newest(reader, head, COMMITS_BEHIND, Gathered.anyOf(wanted));
        }
        return before;
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
            DirCacheEntry entry =
                    index.containsKey(path) ? null : folder.index().entry(path);
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
