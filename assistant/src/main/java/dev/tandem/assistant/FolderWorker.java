package dev.tandem.assistant;

import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.FileChange;
import dev.tandem.assistant.core.HeldDeletion;
import dev.tandem.assistant.core.KeptBoth;
import dev.tandem.assistant.core.Tips;
import dev.tandem.gitsync.annex.AnnexBranch;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.Presence;
import dev.tandem.gitsync.exchange.SyncedRefs;
import dev.tandem.gitsync.exchange.SyncedTimes;
import dev.tandem.gitsync.history.Proposal;
import dev.tandem.gitsync.merge.ConvergentMerge;
import dev.tandem.gitsync.remotes.RemoteExchange;
import dev.tandem.gitsync.repo.FolderRepository;
import dev.tandem.gitsync.worktree.BusyException;
import dev.tandem.gitsync.worktree.Watch;
import dev.tandem.gitsync.worktree.WorkTree;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs on one folder's files and history. Each call does one job to its end and returns what has happened as an
 * event; call from one worker thread at a time, except {@link #holds} and {@link #tips}, which any thread may.
 */
final class FolderWorker {
    private static final Logger LOG = LoggerFactory.getLogger(FolderWorker.class);

    /** How many paths the journal names. */
    private static final int PATHS_IN_AN_EVENT = 20;

    /** How often a file may change just while it is to be replaced. */
    private static final int REWRITE_ATTEMPTS = 3;

    private final FolderRepository repository;
    private final WorkTree files;
    private final AnnexBranch annex;
    private final FolderContents contents;
    private final RemoteExchange remotes;
    private final InstantSource clock;
    private final Map<String, Instant> unsettledSince = new HashMap<>();
    private final MassDeletion deletions;
    private final OneAlert forgetting;
    private final Set<UUID> notUnderstood = new HashSet<>(); // whose git-annex branch was left alone
    private @Nullable HeldDeletion held;
    private @Nullable Decision decision;

    /** The user's word about what was held; it is for the next job of that sort only. */
    private record Decision(boolean meant, boolean local) {}

    FolderWorker(
            FolderRepository repository,
            WorkTree files,
            AnnexBranch annex,
            FolderContents contents,
            RemoteExchange remotes,
            MassDeletion deletions,
            OneAlert forgetting,
            InstantSource clock) {
        this.forgetting = forgetting;
        this.remotes = remotes;
        this.deletions = deletions;
        this.clock = clock;
        this.repository = repository;
        this.files = files;
        this.annex = annex;
        this.contents = contents;
    }

    Event scanAndCommit(Set<String> known) {
        return job(() -> {
            Set<String> paths = new HashSet<>(files.scan());
            paths.addAll(known);
            return commitNow(paths);
        });
    }

    Event commit(Set<String> paths) {
        return job(() -> commitNow(paths));
    }

    /** The user has said whether what is held is meant. */
    void decide(boolean meant) {
        HeldDeletion about = held;
        if (about != null) {
            decision = new Decision(meant, about.from() == null);
            held = null;
        }
    }

    /** What the user has said about such a change, once; empty if it is to be asked about. */
    private Optional<Decision> decided(boolean local) {
        Decision now = decision;
        if (now == null || now.local != local) {
            return Optional.empty();
        }
        decision = null;
        return Optional.of(now);
    }

    private Event commitNow(Set<String> paths) throws IOException {
        ObjectId head = repository.head().orElse(null);
        Optional<HeldDeletion> vanished = deletions.inFiles(paths, head);
        Optional<Decision> decided = decided(true);
        if (vanished.isEmpty() || head == null) {
            return commitAll(paths);
        }
        if (decided.isEmpty()) {
            held = vanished.get();
            return new Event.DeletionHeld(vanished.get());
        }
        if (decided.get().meant) {
            deletions.decided();
            return commitAll(paths);
        }
        Set<String> back = deletions.restore(paths, head);
        deletions.decided();
        Set<String> all = new HashSet<>(paths);
        all.addAll(back);
        Event committed = commitAll(all);
        files.fill(back);
        return committed;
    }

    private Event commitAll(Set<String> paths) throws IOException {
        Set<String> overdue = new HashSet<>(paths);
        overdue.retainAll(unsettledSince.keySet());
        Instant limit = clock.instant().minus(Watch.Settle.DEFAULT.atMost());
        overdue.removeIf(path -> unsettledSince.getOrDefault(path, limit).isAfter(limit));
        Set<String> others = new HashSet<>(paths);
        others.removeAll(overdue);
        WorkTree.Committed done = files.commit(others);
        List<WorkTree.Change> changes = new ArrayList<>(done.changes());
        Set<String> unreadable = new HashSet<>(done.problems().keySet());
        if (!overdue.isEmpty()) {
            // a file that never rests is taken as it is, once it reads the same from its first byte to its last
            WorkTree.Committed late = files.commitUnsettled(overdue);
            changes.addAll(late.changes());
            unreadable.addAll(late.problems().keySet());
        }
        unsettledSince
                .keySet()
                .removeIf(path -> paths.contains(path) && !done.unsettled().contains(path));
        done.unsettled().forEach(path -> unsettledSince.putIfAbsent(path, clock.instant()));
        return new Event.Committed(tips(), changes(changes), done.unsettled(), unreadable, contents.count());
    }

    /** Merges what those repositories pushed, ours standing for git remotes, and checks the result out. */
    Event integrate(Set<UUID> clients) {
        return job(() -> {
            SyncedRefs received = new SyncedRefs(repository.git());
            List<ObjectId> heads = new ArrayList<>();
            List<ObjectId> annexTips = new ArrayList<>();
            for (UUID client : clients) {
                received.head(client).ifPresent(heads::add);
                received.annex(client).ifPresent(annexTips::add);
            }
            received.byHand(repository.branch()).ifPresent(heads::add);
            received.byHand("git-annex").ifPresent(annexTips::add);
            if (clients.contains(repository.uuid())) {
                heads.addAll(remotes.heads());
                annexTips.addAll(remotes.annexTips());
            }
            // locations first, so that what the files name is known when they appear
            takeOver(clients, annexTips);
            files.interrupted().ifPresent(heads::add); // what a crash has left half-way is finished with the rest
            if (heads.isEmpty()) {
                return new Event.Integrated(tips(), clients, List.of(), List.of(), contents.count());
            }
            Optional<ObjectId> own = repository.head();
            own.ifPresent(heads::add);
            ConvergentMerge.Merged merged = ConvergentMerge.merge(repository.git(), heads);
            ObjectId target = merged.head();
            Optional<Decision> decided = decided(false);
            Optional<HeldDeletion> vanishing = own.isEmpty() || own.get().equals(target)
                    ? Optional.empty()
                    : deletions.inMerge(own.get(), target, names(clients));
            if (vanishing.isPresent() && decided.isEmpty()) {
                held = vanishing.get();
                return new Event.DeletionHeld(vanishing.get());
            }
            if (vanishing.isPresent() && !decided.get().meant) {
                target = deletions.keeping(own.get(), target);
            }
            SyncedTimes times = new SyncedTimes(repository);
            List<WorkTree.Change> changes = List.of();
            if (own.isEmpty() || !own.get().equals(target)) {
                WorkTree.CheckedOut out = files.checkOut(target, times::modified);
                if (!out.done()) {
                    return new Event.ChangedMeanwhile(out.changedMeanwhile());
                }
                changes = out.changes();
            }
            for (UUID client : clients) {
                times.clear(client);
            }
            return new Event.Integrated(tips(), clients, changes(changes), kept(merged), contents.count());
        });
    }

    /** Where contents are, as the others say; what cannot be understood of that keeps nothing else from going on. */
    private void takeOver(Set<UUID> clients, List<ObjectId> annexTips) throws IOException {
        annex.union(annexTips);
        Optional<String> problem = annex.notUnderstood(annexTips);
        if (problem.isPresent()) {
            notUnderstood.addAll(clients);
            forgetting.say(problem);
        } else if (notUnderstood.removeAll(clients) && notUnderstood.isEmpty()) {
            forgetting.say(Optional.empty());
        }
    }

    /** Keeps what is at some paths as versions, then checks out what is proposed on top; or why that cannot be now. */
    Optional<String> rewrite(Set<String> paths, Proposal.Maker maker) throws IOException {
        Set<String> unreadable = paths;
        for (int attempt = 0; attempt < REWRITE_ATTEMPTS; attempt++) {
            Optional<String> busy = repository.busy();
            if (busy.isPresent() || repository.head().isEmpty()) {
                return Optional.of(busy.orElse("the folder has no commit"));
            }
            WorkTree.Committed before = files.commitUnsettled(paths);
            if (before.problems().isEmpty() && before.unsettled().isEmpty()) {
                Proposal proposal = maker.on(repository.head().orElseThrow());
                if (proposal instanceof Proposal.Refused refused) {
                    return Optional.of(refused.why());
                }
                ObjectId tip = ((Proposal.Commit) proposal).id();
                if (files.checkOut(tip, (path, blob) -> Optional.empty()).done()) {
                    return Optional.empty();
                }
            } else {
                unreadable = before.unsettled().isEmpty() ? before.problems().keySet() : before.unsettled();
            }
        }
        return Optional.of(unreadable.iterator().next() + " is being written to by another program");
    }

    private String names(Set<UUID> clients) throws IOException {
        Map<UUID, String> names = annex.descriptions();
        return clients.isEmpty()
                ? "another clone"
                : clients.stream()
                        .map(client -> names.getOrDefault(client, client.toString()))
                        .sorted()
                        .collect(Collectors.joining(", "));
    }

    /** Finishes what a crash has cut short; before anything else. */
    void recover() throws IOException {
        files.recover(new SyncedTimes(repository)::modified);
    }

    /** The tips, and why Tandem has to wait, if it has to. */
    Event look() {
        try {
            Tips tips = tips();
            return new Event.RepositorySeen(tips, repository.busy().orElse(null), !holds(byHand()));
        } catch (IOException | RuntimeException unreadable) {
            LOG.warn("cannot read {}", repository.path(), unreadable);
            return new Event.RepositorySeen(
                    Tips.NONE, Diagnosis.of(repository.path(), unreadable).line(), false);
        }
    }

    /** What a clone has pushed by hand; parts may be missing. */
    private Tips byHand() throws IOException {
        SyncedRefs refs = new SyncedRefs(repository.git());
        return new Tips(
                refs.byHand(repository.branch()).map(ObjectId::name).orElse(null),
                refs.byHand("git-annex").map(ObjectId::name).orElse(null));
    }

    Tips tips() throws IOException {
        return new Tips(
                repository.head().map(ObjectId::name).orElse(null),
                annex.tip().map(ObjectId::name).orElse(null));
    }

    /** Whether all of both commits is in our own branches: merged, not merely present (PUSH-8). */
    boolean holds(Tips theirs) throws IOException {
        Tips ours = tips();
        return contains(ours.head(), theirs.head())
                && (theirs.annex() == null || annex.holds(ObjectId.fromString(theirs.annex())));
    }

    private boolean contains(@Nullable String head, @Nullable String other) throws IOException {
        if (other == null || other.equals(head)) {
            return true;
        }
        try {
            return head != null
                    && ConvergentMerge.contains(
                            repository.git(), ObjectId.fromString(head), ObjectId.fromString(other));
        } catch (MissingObjectException notHere) {
            return false;
        }
    }

    /** Records that contents have come, and puts them into the files that were waiting for them. */
    Event placeContent(Set<String> names) {
        return job(() -> {
            Set<Key> keys = new HashSet<>();
            names.forEach(name -> Key.parse(name).ifPresent(keys::add));
            contents.record(keys, Presence.PRESENT);
            List<String> paths = new ArrayList<>();
            for (Key key : keys) {
                contents.changed(key);
                paths.addAll(contents.paths(key));
            }
            files.fill(paths);
            contents.arrived(keys);
            List<String> some = paths.stream().limit(PATHS_IN_AN_EVENT).toList();
            return new Event.ContentPlaced(
                    tips(), paths.size(), some, contents.count().missing());
        });
    }

    /**
     * Looks at all contents anew, and puts those into their files that a crash has kept from there.
     *
     * @return how many annexed files of the head have no content here; empty if that cannot be said now
     */
    OptionalInt scanContent() {
        try {
            int missing = contents.countAnew();
            if (repository.busy().isEmpty()) {
                fillUnlessBusy();
            }
            return OptionalInt.of(missing);
        } catch (IOException | RuntimeException unreadable) {
            LOG.warn("cannot look for the content of {}", repository.path(), unreadable);
            return OptionalInt.empty();
        }
    }

    /** Puts pointers into the place of contents that are about to go. */
    List<String> empty(Collection<String> paths) throws IOException {
        return files.empty(paths);
    }

    private void fillUnlessBusy() throws IOException {
        try {
            fillWhatIsHere();
        } catch (BusyException taken) {
            LOG.debug("the user's git is at work; contents are put into their files later: {}", taken.toString());
        }
    }

    private void fillWhatIsHere() throws IOException {
        Map<Key, List<String>> present = contents.present();
        Set<String> paths = new HashSet<>();
        present.values().forEach(paths::addAll);
        Set<String> filled = new HashSet<>(files.fill(paths));
        Set<Key> unrecorded = new HashSet<>();
        present.forEach((key, of) -> {
            if (of.stream().anyMatch(filled::contains)) {
                unrecorded.add(key);
            }
        });
        contents.record(unrecorded, Presence.PRESENT);
    }

    private Event job(Callable<Event> work) {
        try {
            Optional<String> busy = repository.busy();
            return busy.isPresent() ? new Event.Blocked(busy.get()) : work.call();
        } catch (BusyException taken) {
            return new Event.Blocked(Diagnosis.brief(taken));
        } catch (Exception failure) {
            // the outermost frame of a job: whatever went wrong becomes an event
            LOG.warn("work on {} failed", repository.path(), failure);
            return new Event.JobFailed(Diagnosis.of(repository.path(), failure));
        }
    }

    private static List<FileChange> changes(List<WorkTree.Change> changes) {
        return changes.stream()
                .map(change -> new FileChange(change.kind().name().toLowerCase(Locale.ROOT), change.path()))
                .toList();
    }

    private static List<KeptBoth> kept(ConvergentMerge.Merged merged) {
        return merged.conflicts().stream()
                .map(conflict -> new KeptBoth(conflict.path(), conflict.variantPath()))
                .toList();
    }
}
