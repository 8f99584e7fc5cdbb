package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.jspecify.annotations.Nullable;

/**
 * The user's files and the history that follows them.
 *
 * <p>Order of every write: objects, then the branch, then the index. A crash in between leaves an index that is older
 * than the branch, which the next scan repairs without a commit. One thread at a time; the methods see to that.
 */
public final class WorkTree {
    /** A file younger than this may still be being written. */
    private static final Duration YOUNG = Duration.ofMillis(100);

    /** From this many new objects on, one pack is quicker, and smaller, than a file for each. */
    private static final int MANY = 200;

    private final Repository git;
    private final Path root;
    private final InstantSource clock;
    private final String authorName;
    private final String authorEmail;
    private final Index index;

    /** The working tree of a repository that is not bare; commits carry that author. */
    public WorkTree(Repository git, InstantSource clock, String authorName, String authorEmail) {
        this.git = git;
        this.clock = clock;
        this.authorName = authorName;
        this.authorEmail = authorEmail;
        root = git.getWorkTree().toPath();
        index = new Index(git);
    }

    /** Finds what changed while nobody watched. Looks at every file, reads none. */
    public synchronized Scanned scan() throws IOException {
        Set<String> changed = new Scan(root, index.read(), index.written(), new Ignores(git)).run();
        Instant now = clock.instant();
        Looks looks = new Looks(root);
        Set<String> young = new LinkedHashSet<>();
        for (String path : changed) {
            Optional<FileState> state = looks.at(path);
            if (state.isPresent() && isYoung(state.get().modified(), now)) {
                young.add(path);
            }
        }
        return new Scanned(changed, young);
    }

    private static boolean isYoung(Instant modified, Instant now) {
        return modified.plus(YOUNG).isAfter(now) && !modified.isAfter(now);
    }

    /**
     * Commits what changed at those paths, files or directories, if anything did.
     *
     * @throws BusyException if the user's git holds the index or moves the branch at this moment
     */
    public synchronized Committed commit(Set<String> paths) throws IOException {
        CommitJob job = new CommitJob(root, index.read(), index.written(), new Ignores(git), clock);
        boolean many = job.collect(paths) > MANY;
        Optional<ObjectId> head = head();
        try (ObjectInserter inserter = many ? packInserter() : git.newObjectInserter();
                ObjectReader reader = inserter.newReader()) {
            job.read(inserter);
            Map<String, Optional<TreeEdit.Blob>> edits = job.treeEdits();
            if (edits.isEmpty()) {
                return new Committed(Optional.empty(), List.of(), job.unsettled, job.unreadable);
            }
            ObjectId before = tree(head, reader);
            ObjectId tree = new TreeEdit(reader, inserter).apply(before, edits);
            boolean differs = !tree.equals(before) && !(head.isEmpty() && tree.equals(Constants.EMPTY_TREE_ID));
            if (!differs && !job.indexDiffers()) {
                return new Committed(Optional.empty(), List.of(), job.unsettled, job.unreadable);
            }
            List<Change> changes = job.changes();
            ObjectId commit = differs ? inserter.insert(commitOf(tree, head)) : null;
            inserter.flush();
            Durable.force(git, job.objects(), tree, commit);
            index.update(job.indexEdits(), () -> move(head, commit));
            return new Committed(
                    Optional.ofNullable(commit), differs ? changes : List.of(), job.unsettled, job.unreadable);
        }
    }

    /**
     * Makes the folder, the index and the branch what {@code tip} says; or, where that would lose a change that is in
     * no commit yet, nothing at all.
     *
     * @param tip a commit that contains the present head
     * @throws IOException if {@code tip} names a path outside the folder or in {@code .git}; nothing was touched
     */
    public synchronized CheckedOut checkOut(ObjectId tip, Times times) throws IOException {
        Checkout checkout = new Checkout(git, index, clock, head(), tip, times);
        Set<String> changedMeanwhile = checkout.localChanges();
        if (!changedMeanwhile.isEmpty()) {
            return new CheckedOut(false, List.of(), changedMeanwhile);
        }
        Intent intent = new Intent(git);
        intent.write(head(), tip);
        List<Change> changes = checkout.run(() -> move(head(), tip));
        intent.remove();
        return new CheckedOut(true, changes, Set.of());
    }

    /** Finishes a checkout that a crash has cut short. Call before the first scan. */
    public synchronized void recover(Times times) throws IOException {
        Intent intent = new Intent(git);
        Optional<Intent.Move> cut = intent.read();
        if (cut.isPresent() && cut.get().from().equals(head())) {
            intent.removeLeftLock();
            ObjectId tip = cut.get().to();
            new Checkout(git, index, clock, head(), tip, times).run(() -> move(head(), tip));
        }
        intent.remove();
    }

    private Optional<ObjectId> head() throws IOException {
        Ref ref = git.exactRef(Constants.HEAD);
        return ref == null ? Optional.empty() : Optional.ofNullable(ref.getObjectId());
    }

    private static ObjectId tree(Optional<ObjectId> commit, ObjectReader reader) throws IOException {
        if (commit.isEmpty()) {
            return ObjectId.zeroId();
        }
        try (RevWalk walk = new RevWalk(reader)) {
            return walk.parseCommit(commit.get()).getTree().copy();
        }
    }

    private CommitBuilder commitOf(ObjectId tree, Optional<ObjectId> parent) {
        PersonIdent ident = new PersonIdent(authorName, authorEmail, clock.instant(), ZoneId.systemDefault());
        CommitBuilder commit = new CommitBuilder();
        commit.setTreeId(tree);
        parent.ifPresent(commit::setParentId);
        commit.setAuthor(ident);
        commit.setCommitter(ident);
        commit.setMessage("Changes on " + authorName + "\n");
        return commit;
    }

    private void move(Optional<ObjectId> from, @Nullable ObjectId to) throws IOException {
        if (to == null || Optional.of(to).equals(from)) {
            return;
        }
        RefUpdate update = git.updateRef(Constants.HEAD);
        update.setExpectedOldObjectId(from.orElse(ObjectId.zeroId()));
        update.setNewObjectId(to);
        update.setRefLogMessage("tandem: sync", false);
        RefUpdate.Result result = update.update();
        switch (result) {
            case NEW, FAST_FORWARD -> {}
            case LOCK_FAILURE -> throw new BusyException("your git moved the branch at this moment");
            default -> throw new IOException("the branch could not be moved: " + result);
        }
    }

    private ObjectInserter packInserter() {
        return git.getObjectDatabase() instanceof ObjectDirectory objects
                ? objects.newPackInserter()
                : git.newObjectInserter();
    }
}
