package dev.tandem.gitsync.worktree;

import dev.tandem.gitsync.merge.ConvergentMerge;
import dev.tandem.gitsync.worktree.WorkTree.Change;
import dev.tandem.gitsync.worktree.WorkTree.CheckedOut;
import dev.tandem.gitsync.worktree.WorkTree.Kind;
import dev.tandem.gitsync.worktree.WorkTree.Times;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/** One move of the work tree from HEAD to a commit that contains it; {@link WorkTree} says in which order and why. */
final class Checkout {
    private record Target(FileMode mode, ObjectId id) {}

    private final Folder folder;
    private final ObjectId tip;
    private final Times times;
    private final Contents contents;
    private final Aside aside;
    private final List<Change> changes = new ArrayList<>();
    private final Map<String, Target> writes = new TreeMap<>();
    private final Set<String> deletes = new TreeSet<>();
    private final Set<String> changedMeanwhile = new TreeSet<>();
    /** What was at each path when it was found to be safe to replace; null for nothing. */
    private final Map<String, @Nullable Stat> seen = new HashMap<>();
    /** Where a path need not be written: it has the right content already. */
    private final Map<String, Stat> there = new HashMap<>();

    private final Map<String, @Nullable DirCacheEntry> index = new TreeMap<>();
    /** Untracked things where a file shall be, and directories that may hold some. */
    private final Set<String> inTheWay = new HashSet<>();

    private final List<ObjectId> unfinishedTrees = new ArrayList<>();

    Checkout(Folder folder, ObjectId tip, Times times) {
        this.folder = folder;
        this.tip = tip.copy();
        this.times = times;
        this.contents = new Contents(folder);
        this.aside = new Aside(folder);
    }

    CheckedOut run() throws IOException {
        folder.requireQuiet();
        folder.index().read();
        Folder.Head head = folder.head();
        try (ObjectReader reader = folder.git().newObjectReader();
                RevWalk walk = new RevWalk(reader)) {
            RevCommit to = walk.parseCommit(tip);
            RevCommit from = head.id() == null ? null : walk.parseCommit(head.id());
            if (from != null && !ConvergentMerge.contains(folder.git(), to, from)) {
                throw new IOException("Cannot check out " + tip.name() + ": it does not contain the current "
                        + from.name() + "; merge them first");
            }
            plan(reader, from, to);
            folder.directories().follow(head.id());
            Map<String, ObjectId> written = new HashMap<>();
            writes.forEach((path, target) -> written.put(path, target.id));
            Dates dates = new Dates(folder, reader, head.id(), tip, written, times);
            folder.index().lock();
            try {
                return underLock(reader, walk, head, to, dates);
            } catch (IOException | RuntimeException e) {
                folder.index().unlock();
                throw e;
            }
        }
    }

    private void plan(ObjectReader reader, @Nullable RevCommit from, RevCommit to) throws IOException {
        try (TreeWalk walk = new TreeWalk(reader)) {
            if (from == null) {
                walk.addTree(new EmptyTreeIterator());
            } else {
                walk.addTree(from.getTree());
            }
            walk.addTree(to.getTree());
            walk.setFilter(TreeFilter.ANY_DIFF);
            walk.setRecursive(true);
            while (walk.next()) {
                String path = walk.getPathString();
                boolean was = walk.getRawMode(0) != 0;
                if (walk.getRawMode(1) == 0) {
                    deletes.add(path);
                    changes.add(new Change(Kind.DELETED, path));
                } else {
                    requireSafe(path);
                    writes.put(path, new Target(walk.getFileMode(1), walk.getObjectId(1)));
                    changes.add(new Change(was ? Kind.MODIFIED : Kind.ADDED, path));
                }
            }
        }
        for (String path : writes.keySet()) {
            requireRealParents(path);
        }
    }

    private void requireSafe(String path) throws IOException {
        if (!SafePath.isSafe(path)) {
            throw new IOException("Refused to check out " + tip.name() + ": it holds the path \"" + path
                    + "\", which would leave the folder or reach into .git");
        }
    }

    /** No tree that git makes has a name twice; one that has could write through its own symbolic link. */
    private void requireRealParents(String path) throws IOException {
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            String parent = path.substring(0, slash);
            boolean tracked = folder.index().entry(parent) != null;
            if (writes.containsKey(parent) || (tracked && !deletes.contains(parent) && isLink(parent))) {
                throw new IOException("Refused to check out " + tip.name() + ": its path \"" + path
                        + "\" goes through the symbolic link or file \"" + parent + "\"");
            }
        }
    }

    private boolean isLink(String path) throws IOException {
        Stat stat = Stat.of(folder.file(path));
        return stat != null && stat.kind() == Stat.Kind.SYMLINK;
    }

    private CheckedOut underLock(ObjectReader reader, RevWalk walk, Folder.Head head, RevCommit to, Dates dates)
            throws IOException {
        folder.requireHead(head);
        Intent intent = new Intent(folder.git());
        for (ObjectId unfinished : intent.tips()) {
            RevCommit commit = walk.parseCommit(unfinished);
            if (ConvergentMerge.contains(folder.git(), to, commit)) {
                unfinishedTrees.add(commit.getTree());
            }
        }
        compare(reader);
        if (!changedMeanwhile.isEmpty()) {
            folder.index().unlock();
            return new CheckedOut(false, List.of(), changedMeanwhile);
        }
        if (!tip.equals(head.id())) {
            intent.add(tip);
        }
        folder.failpoints().hit("checkout.intent");
        replace(reader, new Placing(folder, dates::modified, Instant.ofEpochSecond(to.getCommitTime())));
        dates.later(index);
        if (index.isEmpty()) {
            folder.index().unlock();
        } else {
            folder.index().commit(index, true);
        }
        folder.failpoints().hit("checkout.index");
        if (!changedMeanwhile.isEmpty()) {
            return new CheckedOut(false, List.of(), changedMeanwhile);
        }
        try {
            Durability.flush(folder.git(), head.id(), tip);
            folder.failpoints().hit("checkout.objects");
            folder.move(head, tip, "checkout");
            folder.directories().follow(tip);
        } catch (BusyException e) {
            return new CheckedOut(
                    false, List.of(), Set.of()); // still named as unfinished: the next one goes on from here
        }
        folder.failpoints().hit("checkout.ref");
        intent.clear();
        folder.failpoints().hit("checkout.done");
        return new CheckedOut(true, List.copyOf(changes), Set.of());
    }

    /** Finds local changes at the paths to be written or deleted, and in their way. */
    private void compare(ObjectReader reader) throws IOException {
        for (String path : deletes) {
            Stat stat = statBelowRealDirectories(path);
            if (stat != null && stat.isDirectory()) {
                stat = null; // what is in it is compared with what is to be written there
            }
            if (stat != null && !isHistory(reader, path, stat, null)) {
                changedMeanwhile.add(path);
            }
            seen.put(path, stat);
        }
        for (Map.Entry<String, Target> write : writes.entrySet()) {
            compare(reader, write.getKey(), write.getValue());
        }
    }

    private void compare(ObjectReader reader, String path, Target target) throws IOException {
        String blocking = blockingParent(path);
        if (blocking != null) {
            changedMeanwhile.add(blocking);
            return;
        }
        Stat stat = statBelowRealDirectories(path);
        seen.put(path, stat);
        if (target.mode == FileMode.GITLINK) {
            return;
        }
        if (stat == null) {
            // Gone here but not in HEAD: the user deleted it, unless a checkout that died did.
            if (folder.index().entry(path) != null && !isHistory(reader, path, null, target)) {
                changedMeanwhile.add(path);
            }
        } else if (stat.isDirectory()) {
            Set<String> versions = aside.versionsBelow(path, deletes);
            changedMeanwhile.addAll(versions);
            inTheWay.add(path);
        } else if (!isHistory(reader, path, stat, target)) {
            if (aside.isNeverCommitted(path, stat)) {
                inTheWay.add(path);
            } else {
                changedMeanwhile.add(path);
            }
        }
    }

    /** A file or link of the user's where a directory shall be. */
    private @Nullable String blockingParent(String path) throws IOException {
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            String parent = path.substring(0, slash);
            Stat stat = Stat.of(folder.file(parent));
            if (stat == null) {
                return null;
            }
            if (!stat.isDirectory()) {
                return deletes.contains(parent) ? null : parent;
            }
        }
        return null;
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

    /** Whether what is at the path is a version already: the index's, the target's, or an unfinished checkout's. */
    private boolean isHistory(ObjectReader reader, String path, @Nullable Stat stat, @Nullable Target target)
            throws IOException {
        DirCacheEntry entry = folder.index().entry(path);
        boolean trustMode = folder.trustMode();
        if (stat == null || !stat.isContent()) {
            return stat == null && unfinishedHas(reader, path, null);
        }
        Target now;
        if (entry != null && stat.matches(entry, folder.index().written(), trustMode)) {
            now = new Target(entry.getFileMode(), entry.getObjectId());
        } else {
            try {
                now = new Target(stat.mode(trustMode, entry), contents.id(path, stat));
            } catch (Contents.ChangedException e) {
                return false;
            }
        }
        if (now.equals(target)) {
            there.put(path, stat);
            return true;
        }
        boolean asIndex = entry != null && now.id.equals(entry.getObjectId()) && now.mode.equals(entry.getRawMode());
        return asIndex || unfinishedHas(reader, path, now);
    }

    private boolean unfinishedHas(ObjectReader reader, String path, @Nullable Target now) throws IOException {
        for (ObjectId tree : unfinishedTrees) {
            try (TreeWalk at = TreeWalk.forPath(reader, path, tree)) {
                if (Objects.equals(now, at == null ? null : new Target(at.getFileMode(0), at.getObjectId(0)))) {
                    return true;
                }
            }
        }
        return false;
    }

    private void replace(ObjectReader reader, Placing placing) throws IOException {
        Set<String> blocking = blockingDeletes();
        try {
            for (Map.Entry<String, Target> write : writes.entrySet()) {
                Target target = write.getValue();
                if (!there.containsKey(write.getKey()) && target.mode != FileMode.GITLINK) {
                    placing.prepare(reader, write.getKey(), target.mode, target.id, seen.get(write.getKey()));
                }
            }
            folder.failpoints().hit("checkout.beside");
            placing.flush();
            folder.failpoints().hit("checkout.prepared");
            for (String path : blocking) {
                delete(placing, path);
            }
            folder.failpoints().hit("checkout.cleared");
            for (Map.Entry<String, Target> write : writes.entrySet()) {
                place(placing, write.getKey(), write.getValue());
                folder.failpoints().hit("checkout.placed");
            }
            for (String path : deletes) {
                if (!blocking.contains(path)) {
                    delete(placing, path);
                    folder.failpoints().hit("checkout.deleted");
                }
            }
            placing.syncDirectories();
            folder.failpoints().hit("checkout.flushed");
        } catch (IOException | RuntimeException e) {
            placing.discard();
            throw e;
        }
    }

    private Set<String> blockingDeletes() {
        Set<String> parents = new HashSet<>();
        for (String path : writes.keySet()) {
            for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
                parents.add(path.substring(0, slash));
            }
        }
        Set<String> blocking = new TreeSet<>();
        for (String path : deletes) {
            boolean below = false;
            for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
                below = below || writes.containsKey(path.substring(0, slash));
            }
            if (below || parents.contains(path)) {
                blocking.add(path);
            }
        }
        return blocking;
    }

    private void delete(Placing placing, String path) throws IOException {
        if (placing.delete(path, seen.get(path))) {
            if (folder.index().entry(path) != null) {
                index.put(path, null);
            }
        } else {
            changedMeanwhile.add(path);
        }
    }

    /** What is expected at a path after what never becomes a version was moved out of the way. */
    private @Nullable Stat clear(String path) throws IOException {
        Stat expected = seen.get(path);
        if (expected == null || !inTheWay.contains(path)) {
            return expected;
        }
        if (expected.isDirectory()) {
            Placing.removeEmptyBelow(folder.file(path));
            aside.move(path);
            return null;
        }
        if (expected.equals(Stat.of(folder.file(path)))) {
            aside.move(path);
        }
        return null;
    }

    private void place(Placing placing, String path, Target target) throws IOException {
        Stat placed = there.get(path);
        if (target.mode == FileMode.GITLINK) {
            Files.createDirectories(folder.file(path));
            placed = Stat.of(folder.file(path));
        } else if (placed == null) {
            placed = placing.place(path, clear(path));
        }
        if (placed == null) {
            changedMeanwhile.add(path);
            return;
        }
        DirCacheEntry entry = new DirCacheEntry(path);
        entry.setFileMode(target.mode);
        entry.setObjectId(target.id);
        if (target.mode != FileMode.GITLINK) {
            placed.recordIn(entry, folder.clock().instant());
        }
        index.put(path, entry);
    }
}
