package dev.tandem.gitsync.worktree;

import dev.tandem.gitsync.extra.Directories;
import dev.tandem.gitsync.extra.Directories.Mark;
import dev.tandem.gitsync.extra.Extra;
import dev.tandem.gitsync.extra.Extra.FileTime;
import dev.tandem.gitsync.repo.DurableNames;
import dev.tandem.gitsync.worktree.TreeEdit.Blob;
import dev.tandem.gitsync.worktree.WorkTree.Change;
import dev.tandem.gitsync.worktree.WorkTree.Committed;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/**
 * One batch of changed paths on its way into history.
 *
 * <p>The steps are: look, read and store, take index.lock, check that neither index nor HEAD moved since, move the
 * branch, write the index. Until the branch moves nothing has happened; after a crash between branch and index the next
 * look finds what the index lacks, and finds it equal to HEAD.
 */
final class Commit {
    /** From this many contents on one pack is cheaper to write, flush and read than as many loose objects. */
    private static final int PACK_BLOBS_MIN = 64;
    /** How old a change must be before a file counts as written; a time without fraction may hide two seconds. */
    private static final Duration SETTLE = Duration.ofMillis(100);

    private static final Duration SETTLE_COARSE = Duration.ofSeconds(2);
    /**
     * A time further ahead than this was set by hand, or by another clock, and says nothing about when it was written.
     */
    private static final Duration AHEAD_MAX = Duration.ofSeconds(2);

    private final Folder folder;
    private final String name;
    private final String email;
    private final Contents contents;
    private final Map<String, @Nullable Blob> tree = new TreeMap<>();
    private final Map<String, @Nullable DirCacheEntry> index = new TreeMap<>();
    private final Map<String, Mark> directories = new TreeMap<>();
    private final Set<String> unsettled = new TreeSet<>();
    private final Map<String, String> problems = new TreeMap<>();

    Commit(Folder folder, String name, String email) {
        this.folder = folder;
        this.name = name;
        this.email = email;
        this.contents = new Contents(folder);
    }

    /** @param patient whether to leave out files that changed within the settle time */
    Committed run(Set<String> paths, boolean patient) throws IOException {
        folder.requireQuiet();
        DirCache cache = folder.index().read();
        Folder.Head head = folder.head();
        folder.directories().follow(head.id());
        Survey survey = new Survey(folder, cache, false);
        for (String path : new TreeSet<>(paths)) {
            survey.look(path);
        }
        directories(paths, survey, patient);
        problems.putAll(survey.problems());
        try (Existing loose = new Existing(
                        folder.git().getObjectDatabase(), folder.git().newObjectInserter());
                Existing bulk = bulk(survey, loose);
                ObjectReader reader = bulk.newReader();
                RevWalk walk = new RevWalk(reader)) {
            store(survey.found(), patient, bulk, loose);
            skipReceived(walk);
            RevCommit parent = head.id() == null ? null : walk.parseCommit(head.id());
            TreeEdit edit = new TreeEdit(reader, bulk);
            tree.forEach(edit::set);
            ObjectId oldTree = parent == null ? null : parent.getTree();
            ObjectId newTree = tree.isEmpty() && oldTree != null ? oldTree : edit.apply(oldTree);
            List<Change> changes = edit.changes();
            boolean nothing = changes.isEmpty() && directories.isEmpty();
            if (nothing && index.isEmpty()) {
                return new Committed(Optional.empty(), List.of(), unsettled, problems);
            }
            ObjectId commit = nothing ? null : bulk.insert(Constants.OBJ_COMMIT, commit(newTree, head.id(), changes));
            bulk.flush();
            loose.flush();
            folder.failpoints().hit("commit.written");
            if (bulk != loose) {
                DurableNames.flushPacks(folder.git());
            }
            Durability.flush(folder.git(), loose.ids());
            Durability.flush(folder.git(), bulk.ids());
            folder.filter().committing();
            folder.failpoints().hit("commit.objects");
            place(head, commit);
            return new Committed(Optional.ofNullable(commit), List.copyOf(changes), unsettled, problems);
        }
    }

    private void place(Folder.Head head, @Nullable ObjectId commit) throws IOException {
        folder.index().lock();
        folder.failpoints().hit("commit.lock");
        try {
            folder.requireHead(head);
            if (commit != null) {
                folder.move(head, commit, "commit");
            }
            folder.failpoints().hit("commit.ref");
            if (commit != null) {
                folder.directories().committed(commit, directories);
            }
            if (index.isEmpty()) {
                folder.index().unlock();
            } else {
                folder.index().commit(index, false);
            }
            folder.failpoints().hit("commit.index");
        } catch (IOException | RuntimeException e) {
            folder.index().unlock();
            throw e;
        }
    }

    /** Which directories are kept from now on, though they are empty, and which no longer are. */
    private void directories(Set<String> paths, Survey survey, boolean patient) throws IOException {
        Set<String> parents = new TreeSet<>();
        for (Map.Entry<String, Survey.Found> item : survey.found().entrySet()) {
            int slash = item.getKey().lastIndexOf('/');
            if (slash > 0 && item.getValue().stat().isEmpty()) {
                parents.add(item.getKey().substring(0, slash));
            }
        }
        for (String parent : parents) { // the last file has gone, and its directory has not
            if (folder.directories().isEmpty(parent)) {
                survey.look(parent);
            }
        }
        Directories known = folder.directories().known();
        for (String path : survey.emptyDirectories()) {
            Stat stat = known.isKept(path) || !SafePath.isSafe(path) ? null : Stat.of(folder.file(path));
            if (stat != null && patient && !isSettled(stat, folder.clock().instant())) {
                unsettled.add(path);
            } else if (stat != null && stat.isDirectory()) {
                directories.put(path, known.next(path, true));
            }
        }
        for (String path : paths) {
            for (String kept : known.near(path).keySet()) {
                if (!folder.directories().isRealDirectory(kept)) {
                    directories.put(kept, known.next(kept, false));
                }
            }
        }
    }

    private List<FileTime> times(List<Change> changes) {
        List<FileTime> times = new ArrayList<>();
        for (Change change : changes) {
            DirCacheEntry written = index.get(change.path());
            DirCacheEntry entry = written != null ? written : folder.index().entry(change.path());
            if (change.kind() != WorkTree.Kind.DELETED
                    && entry != null
                    && !FileMode.SYMLINK.equals(entry.getRawMode())) {
                times.add(FileTime.of(change.path(), entry.getObjectId(), entry.getLastModifiedInstant()));
            }
        }
        return times;
    }

    private Existing bulk(Survey survey, Existing loose) {
        long dirty = survey.found().values().stream()
                .filter(f -> f.stat().isPresent() && !f.clean())
                .count();
        boolean pack = dirty >= PACK_BLOBS_MIN && folder.git().getObjectDatabase() instanceof ObjectDirectory;
        return pack
                ? new Existing(
                        folder.git().getObjectDatabase(),
                        ((ObjectDirectory) folder.git().getObjectDatabase()).newPackInserter())
                : loose;
    }

    private void store(Map<String, Survey.Found> found, boolean patient, ObjectInserter bulk, ObjectInserter loose)
            throws IOException {
        for (Map.Entry<String, Survey.Found> item : found.entrySet()) {
            String path = item.getKey();
            DirCacheEntry entry = folder.index().entry(path);
            if (item.getValue().stat().isEmpty()) {
                tree.put(path, null);
                if (entry != null) {
                    index.put(path, null);
                }
            } else if (item.getValue().clean() && entry != null) {
                tree.put(path, new Blob(entry.getFileMode(), entry.getObjectId()));
            } else {
                Stat stat = item.getValue().stat().get();
                if (patient && !isSettled(stat, folder.clock().instant())) {
                    unsettled.add(path);
                } else {
                    store(path, stat, entry, bulk, loose);
                }
            }
        }
    }

    private void store(String path, Stat stat, @Nullable DirCacheEntry entry, ObjectInserter bulk, ObjectInserter loose)
            throws IOException {
        Instant looked = folder.clock().instant();
        try {
            Contents.Stored stored = contents.store(path, stat, bulk, loose);
            DirCacheEntry next = new DirCacheEntry(path);
            next.setFileMode(stat.mode(folder.trustMode(), entry));
            next.setObjectId(stored.id());
            stored.stat().recordIn(next, looked);
            tree.put(path, new Blob(next.getFileMode(), stored.id()));
            if (entry == null || !isSame(entry, next)) {
                index.put(path, next);
            }
        } catch (Contents.ChangedException e) {
            unsettled.add(path);
        } catch (FileSystemException e) {
            if (Stat.of(folder.file(path)) == null) {
                unsettled.add(path); // it went away meanwhile: the next look will say so
            } else {
                problems.put(path, "cannot be read: " + Objects.requireNonNullElse(e.getReason(), "permission denied"));
            }
        }
    }

    private static boolean isSame(DirCacheEntry a, DirCacheEntry b) {
        return a.getRawMode() == b.getRawMode()
                && a.getObjectId().equals(b.getObjectId())
                && a.getLength() == b.getLength()
                && a.getLastModifiedInstant().equals(b.getLastModifiedInstant())
                && a.getCreationTime() == b.getCreationTime();
    }

    private static boolean isSettled(Stat stat, Instant now) {
        Duration age = Duration.between(stat.modified(), now);
        Duration enough = Stat.isCoarse(stat.modified()) ? SETTLE_COARSE : SETTLE;
        return age.compareTo(enough) >= 0 || age.compareTo(AHEAD_MAX.negated()) < 0;
    }

    /** Drops what an unfinished checkout put there: it is the peers' and comes with their commits. */
    private void skipReceived(RevWalk walk) throws IOException {
        for (ObjectId tip : new Intent(folder.git()).tips()) {
            ObjectId tipTree = walk.parseCommit(tip).getTree();
            for (String path : new ArrayList<>(tree.keySet())) {
                try (TreeWalk at = TreeWalk.forPath(walk.getObjectReader(), path, tipTree)) {
                    // A directory there means that no file is: what made room for it was the checkout.
                    Blob received =
                            at == null || at.isSubtree() ? null : new Blob(at.getFileMode(0), at.getObjectId(0));
                    if (Objects.equals(received, tree.get(path))) {
                        tree.remove(path);
                        index.remove(path);
                    }
                }
            }
        }
    }

    private byte[] commit(ObjectId newTree, @Nullable ObjectId parent, List<Change> changes) throws IOException {
        PersonIdent author = new PersonIdent(name, email, folder.clock().instant(), ZoneId.systemDefault());
        CommitBuilder commit = new CommitBuilder();
        commit.setTreeId(newTree);
        if (parent != null) {
            commit.setParentId(parent);
        }
        commit.setAuthor(author);
        commit.setCommitter(author);
        commit.setMessage(message(changes));
        return new Extra(times(changes), directories).in(commit);
    }

    private String message(List<Change> changes) {
        if (changes.isEmpty()) {
            Map.Entry<String, Mark> only = directories.entrySet().iterator().next();
            return directories.size() > 1
                    ? "Change " + directories.size() + " directories\n"
                    : (only.getValue().kept() ? "Add directory " : "Remove directory ")
                            + only.getKey().replace('\n', ' ') + "\n";
        }
        if (changes.size() == 1) {
            Change change = changes.get(0);
            String verb = switch (change.kind()) {
                case ADDED -> "Add ";
                case MODIFIED -> "Change ";
                case DELETED -> "Delete ";
            };
            return verb + change.path().replace('\n', ' ') + "\n";
        }
        Map<WorkTree.Kind, Integer> counts = new HashMap<>();
        changes.forEach(change -> counts.merge(change.kind(), 1, Integer::sum));
        List<String> parts = new ArrayList<>();
        counts.forEach((kind, count) -> parts.add(count + " " + kind.name().toLowerCase(java.util.Locale.ROOT)));
        parts.sort(null);
        return "Change " + changes.size() + " files: " + String.join(", ", parts) + "\n";
    }
}
