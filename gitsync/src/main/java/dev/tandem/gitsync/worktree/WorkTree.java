package dev.tandem.gitsync.worktree;

import dev.tandem.gitsync.merge.ConvergentMerge;
import dev.tandem.gitsync.points.Failpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.dircache.DirCacheIterator;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/**
 * The files of a folder and their history: finds what changed, commits it, and brings other devices' changes in.
 *
 * <p>Paths are relative to the folder and separated by slashes. Nothing here ever leaves an unmerged index, a
 * MERGE_HEAD or a conflict marker. Not thread-safe: one call at a time, any thread. Every call reads and writes files
 * and may take as long as they do.
 *
 * <p><b>What a crash or a race leaves, and why nothing is lost.</b> A checkout from H to T first names T in
 * {@code .git/tandem/checkout}, then replaces files, then writes the index, then moves the branch, then forgets the
 * name. If it dies in between, or meets a file that was edited in that very instant (which it leaves alone), HEAD is
 * still H and the name is still there. From then on {@link #commit} takes a file that is as T has it for T's, and
 * everything else that is not as H has it for the user's change, which becomes a version on top of H. The caller merges
 * that version with T as always, and {@link #checkOut} of the merge finishes what was begun: a file that is as H, T or
 * the new commit has it may be replaced, since all three are history. So no edit is reverted and none is overwritten.
 */
public final class WorkTree {
    /** What happened to a path. */
    public enum Kind {
        ADDED,
        MODIFIED,
        DELETED
    }

    /** One path of a commit or a checkout. */
    public record Change(Kind kind, String path) {}

    /**
     * The outcome of a commit.
     *
     * @param head the new commit; empty if there was nothing to commit
     * @param changes what it changed
     * @param unsettled paths that were being written; give them to {@link #commit} again a settle time later
     * @param problems paths that could not be read, each with the reason
     */
    public record Committed(
            Optional<ObjectId> head, List<Change> changes, Set<String> unsettled, Map<String, String> problems) {}

    /**
     * The outcome of a checkout.
     *
     * @param done whether files, index and branch are at the new commit now
     * @param changes what that changed
     * @param changedMeanwhile if not done: the paths to commit before the heads are merged again; empty if instead
     *     another git command moved the branch
     */
    public record CheckedOut(boolean done, List<Change> changes, Set<String> changedMeanwhile) {}

    /** When other devices' files were modified there. */
    @FunctionalInterface
    public interface Times {
        /** Empty if unknown; the file then gets the time of the commit. */
        Optional<Instant> modified(String path, ObjectId blob) throws IOException;
    }

    private final Folder folder;
    private final String authorName;
    private final String authorEmail;

    /**
     * The work tree of an open, non-bare repository.
     *
     * @param clock the time of commits, and the one that file times are compared with
     */
    public WorkTree(Repository git, InstantSource clock, String authorName, String authorEmail) {
        this(git, clock, authorName, authorEmail, ContentFilter.NONE);
    }

    /** The same, with some files' content beside git. */
    public WorkTree(Repository git, InstantSource clock, String authorName, String authorEmail, ContentFilter filter) {
        this(git, clock, authorName, authorEmail, filter, Failpoint::at);
    }

    WorkTree(
            Repository git,
            InstantSource clock,
            String authorName,
            String authorEmail,
            ContentFilter filter,
            Failpoints failpoints) {
        Path root = git.getWorkTree().toPath();
        this.folder = new Folder(
                git, root, new Index(git, clock), new EmptyDirectories(git, root), clock, filter, failpoints);
        this.authorName = authorName;
        this.authorEmail = authorEmail;
    }

    /**
     * Everything that is not as the last commit has it: for the start, and for when events were lost. Costs a listing
     * per directory and a stat per file; reads only files whose index entry cannot be trusted. Deletes temporary files
     * that a crash left behind.
     *
     * @throws BusyException if the user's git is at work
     */
    public Set<String> scan() throws IOException {
        folder.requireQuiet();
        folder.directories().follow(folder.head().id());
        DirCache cache = folder.index().read();
        Survey survey = new Survey(folder, cache, true);
        survey.look("");
        Set<String> changed = new TreeSet<>(folder.directories().changed(survey.emptyDirectories()));
        Map<String, @Nullable DirCacheEntry> refreshed = new HashMap<>();
        Contents contents = new Contents(folder);
        for (Map.Entry<String, Survey.Found> found : survey.found().entrySet()) {
            DirCacheEntry entry = folder.index().entry(found.getKey());
            Instant looked = folder.clock().instant();
            DirCacheEntry same = found.getValue().stat().isEmpty() || entry == null
                    ? null
                    : refreshed(entry, found.getValue().stat().get(), contents, looked);
            if (same == null) {
                changed.add(found.getKey());
            } else if (!same.isSmudged()) {
                refreshed.put(found.getKey(), same);
            }
        }
        changed.addAll(staged(cache));
        if (!refreshed.isEmpty()) {
            refresh(refreshed);
        }
        return changed;
    }

    /** The entry with what the file system says now, or null if the content is another. */
    private @Nullable DirCacheEntry refreshed(DirCacheEntry entry, Stat stat, Contents contents, Instant looked)
            throws IOException {
        boolean kept = stat.mode(folder.trustMode(), entry).equals(entry.getRawMode())
                && (entry.isSmudged() || entry.getLength() == (int) stat.sizeBytes());
        try {
            if (!kept || !contents.id(entry.getPathString(), stat).equals(entry.getObjectId())) {
                return null;
            }
        } catch (Contents.ChangedException | java.nio.file.FileSystemException e) {
            return null; // the commit of that path will say what is wrong with it
        }
        DirCacheEntry same = new DirCacheEntry(entry);
        stat.recordIn(same, looked);
        return same;
    }

    private void refresh(Map<String, @Nullable DirCacheEntry> entries) throws IOException {
        folder.index().lock();
        try {
            folder.index().commit(entries, false);
        } catch (IOException | RuntimeException e) {
            folder.index().unlock();
            throw e;
        }
    }

    /** Paths whose index entry is not what HEAD has: staged by the user, or left by a crash. */
    private Set<String> staged(DirCache cache) throws IOException {
        Set<String> paths = new TreeSet<>();
        ObjectId head = folder.head().id();
        try (TreeWalk walk = new TreeWalk(folder.git());
                RevWalk commits = new RevWalk(walk.getObjectReader())) {
            if (head == null) {
                walk.addTree(new EmptyTreeIterator());
            } else {
                walk.addTree(commits.parseCommit(head).getTree());
            }
            walk.addTree(new DirCacheIterator(cache));
            walk.setFilter(TreeFilter.ANY_DIFF);
            walk.setRecursive(true);
            while (walk.next()) {
                paths.add(walk.getPathString());
            }
        }
        return paths;
    }

    /**
     * Makes one commit of what changed at {@code paths}: files, or directories with all that is below them. Files that
     * are still being written and files that cannot be read are left out and reported. What is as the index and HEAD
     * have it costs a stat and no commit.
     *
     * @throws BusyException if the user's git is at work, or was meanwhile; nothing was done
     */
    public Committed commit(Set<String> paths) throws IOException {
        return new Commit(folder, authorName, authorEmail).run(paths, true);
    }

    /**
     * The same for files that are written without a pause and have waited long enough: each is taken as it is, if it
     * does not change in the moment in which it is read.
     */
    public Committed commitUnsettled(Set<String> paths) throws IOException {
        return new Commit(folder, authorName, authorEmail).run(paths, false);
    }

    /**
     * Moves files, index and branch to {@code tip}, which must contain HEAD: descend from it, or where HEAD is nothing
     * but a merge of Tandem's, from all that was merged in it ({@link ConvergentMerge#contains}). A file that is not as
     * the index has it is not touched, and then no other is either.
     *
     * @throws BusyException if the user's git is at work
     * @throws IOException if the tree holds a path that must not be written, or the disk fails
     */
    public CheckedOut checkOut(ObjectId tip, Times times) throws IOException {
        return new Checkout(folder, tip, times).run();
    }

    /**
     * Puts contents that have come meanwhile into work files that are still their pointers.
     *
     * @param paths any files of the folder
     * @return those that were filled
     * @throws BusyException if the user's git is at work
     */
    public List<String> fill(Collection<String> paths) throws IOException {
        return new Filling(folder, true).run(paths);
    }

    /**
     * The opposite of {@link #fill}: puts pointers into the place of contents that are about to go. A file that was
     * edited stays as it is.
     */
    public List<String> empty(Collection<String> paths) throws IOException {
        return new Filling(folder, false).run(paths);
    }

    /** The commit whose checkout was begun and not finished; commit what {@link #scan} finds, merge, and check out. */
    public Optional<ObjectId> interrupted() throws IOException {
        List<ObjectId> tips = new Intent(folder.git()).tips();
        return tips.isEmpty() ? Optional.empty() : Optional.of(tips.get(tips.size() - 1));
    }

    /**
     * Finishes an interrupted checkout, if HEAD has not moved to another line meanwhile.
     *
     * @return empty if there is none, or none that can be finished without a merge
     */
    public Optional<CheckedOut> recover(Times times) throws IOException {
        Optional<ObjectId> tip = interrupted();
        ObjectId head = folder.head().id();
        if (tip.isEmpty()) {
            return Optional.empty();
        }
        if (head != null && !ConvergentMerge.contains(folder.git(), tip.get(), head)) {
            return Optional.empty();
        }
        return Optional.of(checkOut(tip.get(), times));
    }
}
