package dev.tandem.gitsync.annex;

import dev.tandem.gitsync.annex.LogLines.Format;
import dev.tandem.gitsync.points.Failpoint;
import dev.tandem.gitsync.repo.DurableNames;
import dev.tandem.gitsync.repo.OwnLocks;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/**
 * The {@code git-annex} branch of one repository.
 *
 * <p>Every write holds git-annex's own {@code journal.lck} and takes in what git-annex has left in its journal, so that
 * both programs may run at once and neither loses a line. Thread-safe; one instance for each repository of a process,
 * because a POSIX lock belongs to the process.
 */
public final class AnnexBranch {
    private static final String REF = Constants.R_HEADS + "git-annex";
    private static final byte[] NOTHING = {};

    private final Repository git;
    private final InstantSource clock;
    private final UnionMerge merger;
    private final Journal journal;
    private @Nullable Known known; // guarded by this

    /** The settings of one tip, kept because they are asked for with every file. */
    private record Known(Optional<ObjectId> tip, SharedSettings settings) {}

    /** The branch of that repository, there or not yet. */
    public AnnexBranch(Repository git, InstantSource clock) {
        this.git = git;
        this.clock = clock;
        this.merger = new UnionMerge(git);
        this.journal = new Journal(git.getDirectory().toPath().resolve("annex"));
    }

    /** Its tip; empty until something was written. */
    public Optional<ObjectId> tip() throws IOException {
        Ref ref = git.exactRef(REF);
        return ref == null ? Optional.empty() : Optional.ofNullable(ref.getObjectId());
    }

    /** What every known repository is called. */
    public Map<UUID, String> descriptions() throws IOException {
        return settings().descriptions();
    }

    /** What the repositories of this folder have settled among them, as far as it is known here. */
    public synchronized SharedSettings settings() throws IOException {
        Optional<ObjectId> tip = tip();
        boolean committed = journal.isEmpty();
        if (known != null && committed && known.tip.equals(tip)) {
            return known.settings;
        }
        SharedSettings settings = SharedSettings.read(this::read);
        known = committed ? new Known(tip, settings) : null;
        return settings;
    }

    /** What is known of each repository's copy of a content. */
    public Map<UUID, Presence> copies(Key key) throws IOException {
        return copies(read(locationLog(key)));
    }

    private static Map<UUID, Presence> copies(byte[] log) {
        Map<UUID, Presence> copies = new LinkedHashMap<>();
        for (LogLines.Line line : LogLines.newest(log, Format.PRESENCE).values()) {
            SharedSettings.uuid(line.field()).ifPresent(uuid -> copies.put(uuid, Presence.of(line.value())));
        }
        return copies;
    }

    /** The repositories that are said to have a content; the dead ones among them too. */
    public Set<UUID> holders(Key key) throws IOException {
        return holders(read(locationLog(key)));
    }

    private static Set<UUID> holders(byte[] log) {
        Set<UUID> holders = new TreeSet<>();
        copies(log).forEach((uuid, presence) -> {
            if (presence == Presence.PRESENT) {
                holders.add(uuid);
            }
        });
        return holders;
    }

    /** Gets what is known of one content's copies after the other. */
    public interface CopiesVisitor {
        /** What is known of each repository's copy of one content. */
        void visit(Key key, Map<UUID, Presence> copies) throws IOException;
    }

    /** Visits what is known of the copies of many contents, in one go through the branch as it is now. */
    public void copies(Iterable<Key> keys, CopiesVisitor visitor) throws IOException {
        Map<String, byte[]> waiting = journal.files();
        Optional<ObjectId> tip = tip();
        try (RevWalk walk = new RevWalk(git)) {
            ObjectId tree = tip.isEmpty() ? null : walk.parseCommit(tip.get()).getTree();
            for (Key key : keys) {
                String path = locationLog(key);
                byte[] log = tree == null ? NOTHING : in(walk.getObjectReader(), tree, path);
                visitor.visit(key, copies(waiting.containsKey(path) ? LogLines.union(log, waiting.get(path)) : log));
            }
        }
    }

    /**
     * Records where contents are, all in one commit; writes nothing of what is recorded already.
     *
     * @return whether the tip has moved
     */
    public boolean record(UUID repository, Map<Key, Presence> copies) throws IOException {
        Map<String, Edit> edits = new LinkedHashMap<>();
        copies.forEach((key, presence) -> edits.put(
                locationLog(key),
                log -> LogLines.set(log, Format.PRESENCE, repository.toString(), presence.letter(), clock.instant())));
        return change(edits);
    }

    private static String locationLog(Key key) {
        return HashDirectories.lower(key.whole()) + "/" + key.whole().file() + ".log";
    }

    /** Records what a repository is called; does nothing where that is recorded already. */
    public void describe(UUID uuid, String description) throws IOException {
        set(SharedSettings.UUID_LOG, uuid, oneLine(description));
    }

    /** Records how far a repository is to be trusted. */
    public void trust(UUID uuid, Trust level) throws IOException {
        set(SharedSettings.TRUST_LOG, uuid, String.valueOf(level.letter()));
    }

    /** Records the groups that a repository is in, all of them. */
    public void group(UUID uuid, Set<String> groups) throws IOException {
        set(SharedSettings.GROUP_LOG, uuid, oneLine(String.join(" ", new TreeSet<>(groups))));
    }

    /** Records which content a repository wants: an expression, {@code standard} or {@code groupwanted}. */
    public void want(UUID uuid, String expression) throws IOException {
        set(SharedSettings.WANTED_LOG, uuid, oneLine(expression));
    }

    /** Records a value of {@code git annex config}; an empty one unsets it. */
    public void configure(String name, String value) throws IOException {
        change(Map.of(
                SharedSettings.CONFIG_LOG,
                log -> LogLines.set(log, Format.MAP, name, oneLine(value), clock.instant())));
    }

    /** Records how many copies of each content there must be. */
    public void needCopies(NumCopies copies) throws IOException {
        change(Map.of(
                SharedSettings.NUMCOPIES_LOG,
                log -> LogLines.setValue(log, String.valueOf(copies.copies()), clock.instant()),
                SharedSettings.MINCOPIES_LOG,
                log -> copies.minimum() == 1 && log.length == 0
                        ? Optional.empty()
                        : LogLines.setValue(log, String.valueOf(copies.minimum()), clock.instant())));
    }

    private void set(String path, UUID uuid, String value) throws IOException {
        change(Map.of(path, log -> LogLines.set(log, Format.UUIDS, uuid.toString(), value, clock.instant())));
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    /** A new version of a log; empty if it stays as it is. */
    private interface Edit {
        Optional<byte[]> apply(byte[] log);
    }

    private synchronized boolean change(Map<String, Edit> edits) throws IOException {
        return journal.locked(() -> {
            Map<String, byte[]> files = pending();
            Set<String> waiting = Set.copyOf(files.keySet());
            boolean changed = false;
            for (Map.Entry<String, Edit> edit : edits.entrySet()) {
                byte[] log = files.containsKey(edit.getKey()) ? files.get(edit.getKey()) : committed(edit.getKey());
                Optional<byte[]> now = edit.getValue().apply(log);
                now.ifPresent(lines -> files.put(edit.getKey(), lines));
                changed |= now.isPresent();
            }
            if (changed) {
                commit(files);
                journal.forget(waiting);
            }
            return changed;
        });
    }

    /**
     * Takes in what other repositories have recorded. Two repositories that hold the same tips end with the same
     * commit. What was forgotten ({@code git annex forget}) in one of them is forgotten here, and never comes back. One
     * that has forgotten in a way that is not known here is left out: see {@link #notUnderstood}.
     *
     * @return whether the tip has moved
     */
    public synchronized boolean union(Collection<ObjectId> others) throws IOException {
        Optional<ObjectId> before = tip();
        if (others.isEmpty()
                || others.stream().allMatch(other -> Optional.of(other).equals(before))) {
            return false;
        }
        return journal.locked(() -> {
            Map<String, byte[]> files = pending();
            if (!files.isEmpty()) {
                commit(files);
                journal.forget(files.keySet());
            }
            Optional<ObjectId> own = tip();
            List<ObjectId> heads = new ArrayList<>();
            for (ObjectId other : others) {
                if (isKnown(other)) {
                    heads.add(other);
                }
            }
            if (own.isPresent() && !isKnown(own.get())) {
                return false; // whatever is merged now might bring back what was forgotten
            }
            own.ifPresent(heads::add);
            Transitions all = transitions(heads);
            List<ObjectId> current = new ArrayList<>();
            for (ObjectId head : heads) {
                if (Transitions.done(git, head).includes(all)) {
                    current.add(head);
                }
            }
            boolean forgets = own.isPresent() && !current.contains(own.get());
            if (forgets) {
                ObjectId onto = current.isEmpty() ? null : merger.merge(current);
                current = List.of(merger.transition(own.get(), onto, all));
            }
            if (current.isEmpty()) {
                return false; // parts of different forgettings, and nothing here yet: whoever has made them will agree
            }
            ObjectId merged = merger.merge(current);
            if (Optional.of(merged).equals(tip())) {
                return false;
            }
            move(merged);
            if (forgets) {
                journal.forgetIndex();
            }
            return true;
        });
    }

    private Transitions transitions(List<ObjectId> heads) throws IOException {
        Transitions all = new Transitions(Set.of());
        for (ObjectId head : heads) {
            all = all.and(Transitions.of(git, head));
        }
        return all;
    }

    private boolean isKnown(ObjectId head) throws IOException {
        return Transitions.of(git, head).unknown().isEmpty();
    }

    /** Why some of these tips, or ours, cannot be merged: one line for the user; empty if all can. */
    public Optional<String> notUnderstood(Collection<ObjectId> others) throws IOException {
        List<ObjectId> heads = new ArrayList<>(others);
        tip().ifPresent(heads::add);
        for (ObjectId head : heads) {
            Optional<String> unknown = Transitions.of(git, head).unknown();
            if (unknown.isPresent()) {
                return Optional.of("A git-annex branch was changed in a way that this version does not know ("
                        + unknown.get()
                        + "): files go on, but where large files are is not taken over from it; update Tandem, or run"
                        + " `git annex merge` in the folder with a git-annex that knows it.");
            }
        }
        return Optional.empty();
    }

    /**
     * Whether nothing of another tip is missing here: it was merged, or something was forgotten since, with which it
     * cannot be merged any more, or which is not known how to forget.
     */
    public boolean holds(ObjectId other) throws IOException {
        Optional<ObjectId> own = tip();
        if (own.isEmpty() || !git.getObjectDatabase().has(other)) {
            return false;
        }
        if (!isKnown(other) || !isKnown(own.get())) {
            return true;
        }
        try (RevWalk walk = new RevWalk(git)) {
            return walk.isMergedInto(walk.parseCommit(other), walk.parseCommit(own.get()))
                    || !Transitions.done(git, other).includes(Transitions.done(git, own.get()));
        }
    }

    /** What git-annex has written and not yet committed, united with the branch's version of the same file. */
    private Map<String, byte[]> pending() throws IOException {
        Map<String, byte[]> files = journal.files();
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            file.setValue(LogLines.union(committed(file.getKey()), file.getValue()));
        }
        return files;
    }

    private byte[] read(String path) throws IOException {
        byte[] waiting = journal.file(path); // first: it may be committed meanwhile
        byte[] committed = committed(path);
        return waiting.length == 0 ? committed : LogLines.union(committed, waiting);
    }

    private byte[] committed(String path) throws IOException {
        Optional<ObjectId> tip = tip();
        if (tip.isEmpty()) {
            return NOTHING;
        }
        try (RevWalk walk = new RevWalk(git)) {
            return in(walk.getObjectReader(), walk.parseCommit(tip.get()).getTree(), path);
        }
    }

    private static byte[] in(ObjectReader reader, ObjectId tree, String path) throws IOException {
        try (TreeWalk file = TreeWalk.forPath(reader, path, tree)) {
            return file == null
                    ? NOTHING
                    : reader.open(file.getObjectId(0), Constants.OBJ_BLOB).getCachedBytes();
        }
    }

    private void commit(Map<String, byte[]> files) throws IOException {
        try (DurableInserter objects = new DurableInserter(git, files.size());
                RevWalk walk = new RevWalk(objects.reader())) {
            Optional<ObjectId> parent = tip();
            Map<String, ObjectId> blobs = new LinkedHashMap<>();
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                blobs.put(file.getKey(), objects.blob(file.getValue()));
            }
            ObjectId old = parent.isEmpty()
                    ? null
                    : walk.parseCommit(parent.get()).getTree().getId();
            ObjectId tree = new TreePatch(objects).apply(old, blobs);
            ObjectId commit =
                    objects.commit(UnionMerge.commitOf(tree, parent.stream().toList(), clock.instant(), "update"));
            objects.flush();
            Failpoint.at("annex.objects");
            move(commit);
            Failpoint.at("annex.moved");
        }
    }

    private void move(ObjectId to) throws IOException {
        RefUpdate update = git.updateRef(REF);
        update.setExpectedOldObjectId(tip().orElse(ObjectId.zeroId()));
        update.setNewObjectId(to);
        update.setRefLogMessage("tandem: update", false);
        RefUpdate.Result result = OwnLocks.noted(git, REF, update::forceUpdate);
        switch (result) {
            case NEW, FAST_FORWARD, FORCED, NO_CHANGE ->
                // before git-annex's journal is emptied, and before a branch names what this says is here
                DurableNames.flushRef(git, REF, result == RefUpdate.Result.NEW);
            default -> throw new IOException("the git-annex branch moved meanwhile: " + result);
        }
    }
}
