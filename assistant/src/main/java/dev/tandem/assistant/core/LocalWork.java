package dev.tandem.assistant.core;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableMap;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The work on the files and the history, and what is in its way: the user's own git, a trouble, files that may not be
 * read.
 */
final class LocalWork {
    /** How soon files that were being written are looked at again. */
    private static final Duration UNSETTLED_RETRY = Duration.ofMillis(150);

    /** How often to look whether the user's git operation is over, besides the file events that tell. */
    private static final Duration BUSY_POLL = Duration.ofSeconds(2);

    /** How many paths one journal line names; the rest is counted. */
    private static final int PATHS_IN_A_NOTE = 20;

    private static final String UNREADABLE = "unreadable";

    /** More conflicts than alerts are of use to anybody; the journal names all. */
    private static final int MAX_VARIANTS = 50;

    private final FolderState folder;
    private final WorkQueue queue = new WorkQueue();
    private final Set<String> variants = new LinkedHashSet<>();
    private boolean pollScheduled;
    private boolean looking;
    private boolean lookDue;
    private int jobsEnded;
    private int jobsEndedAtLook;
    private @Nullable String busy;
    private @Nullable Trouble trouble;
    private boolean unreadableTold;
    private @Nullable Instant mergeAtLatest;

    LocalWork(FolderState folder) {
        this.folder = folder;
    }

    WorkQueue queue() {
        return queue;
    }

    /**
     * Starts the next job if one may start; a merge waits a little while more pushes are coming, and so do contents.
     */
    void startNext(Pushes pushes, Transfers transfers) {
        if (lookDue && !looking && !queue.isRunning()) {
            look();
        }
        if (folder.started && !folder.paused && busy == null) {
            queue.next(() -> mayMerge(pushes), transfers::mayPlace).ifPresent(folder::add);
        }
    }

    private boolean mayMerge(Pushes pushes) {
        if (pushes.areComing()) {
            if (mergeAtLatest == null) {
                mergeAtLatest = folder.now.plus(folder.tuning.mergeWait());
                folder.later(folder.tuning.mergeWait(), new Event.MergeDue());
            }
            if (folder.now.isBefore(mergeAtLatest)) {
                return false;
            }
        }
        mergeAtLatest = null;
        return true;
    }

    /** Looks at the repository now, or once more after the look that is under way. */
    void look() {
        pollScheduled = false;
        lookDue = looking;
        if (!looking) {
            looking = true;
            jobsEndedAtLook = jobsEnded;
            folder.add(new Effect.LookAtRepository());
        }
    }

    /**
     * The look has ended; says whether what it saw is the newest. It is not if a job ran meanwhile, which may have
     * moved the tips before or after they were seen; then there will be another look.
     */
    boolean seen(@Nullable String busyWith) {
        looking = false;
        setBusy(busyWith);
        boolean newest = !queue.isRunning() && jobsEnded == jobsEndedAtLook;
        lookDue |= !newest;
        return newest;
    }

    /** The job has committed. */
    void committed(Tips after, List<FileChange> changes, Set<String> unsettled, Set<String> unreadable) {
        jobsEnded++;
        queue.done();
        recovered();
        noteUnreadable(unreadable);
        if (queue.unsettled(unsettled)) {
            folder.later(UNSETTLED_RETRY, new Event.Retry());
        }
        noteChanges("committed", after, changes, "");
    }

    /** The job has merged and checked out. */
    void integrated(Tips after, List<FileChange> changes, List<KeptBoth> conflicts, String from) {
        jobsEnded++;
        queue.done();
        recovered();
        noteChanges("received", after, changes, from);
        conflicts.forEach(this::keptBoth);
    }

    /** An alert for each, until the user has looked at the variant and it is gone. */
    private void keptBoth(KeptBoth kept) {
        folder.note("conflict", "path", kept.path(), "variant", kept.variant());
        if (variants.size() < MAX_VARIANTS && variants.add(kept.variant())) {
            folder.add(new Effect.Raise(
                    conflict(kept.variant()),
                    "warning",
                    kept.path()
                            + " was changed on two devices at once and both versions are kept: take what you need from "
                            + kept.variant() + " and delete it."));
        }
    }

    private static String conflict(String variant) {
        return "conflict " + variant;
    }

    /** The job has put contents into their files. */
    void placed() {
        jobsEnded++;
        queue.done();
        recovered();
    }

    void changedMeanwhile(Set<String> paths) {
        jobsEnded++;
        queue.failed();
        queue.changed(paths);
    }

    /** The job has done nothing, and is not done again before somebody says so. */
    void heldBack() {
        jobsEnded++;
        queue.failed();
        queue.hold();
    }

    void blocked(String reason) {
        jobsEnded++;
        queue.failed();
        setBusy(reason);
    }

    private void setBusy(@Nullable String reason) {
        if (reason != null && busy == null) {
            folder.note("waiting", "reason", reason);
        }
        busy = reason;
        if (reason != null && !pollScheduled) {
            pollScheduled = true;
            folder.later(BUSY_POLL, new Event.GitMoved());
        }
    }

    void failed(Trouble failure) {
        jobsEnded++;
        queue.failed();
        folder.later(BackOff.after(queue.hold()), new Event.Retry());
        folder.add(new Effect.Raise(failure.key(), "error", failure.line()));
        if (trouble != null && !trouble.key().equals(failure.key())) {
            folder.add(new Effect.Clear(trouble.key()));
        }
        trouble = failure;
    }

    private void recovered() {
        if (trouble != null) {
            folder.add(new Effect.Clear(trouble.key()));
            trouble = null;
        }
    }

    /** The sentence why nothing is done to the files now, or null. */
    @Nullable
    String obstacle() {
        if (busy != null) {
            return busy;
        }
        return trouble == null ? null : trouble.line();
    }

    private void noteUnreadable(Set<String> paths) {
        if (!paths.isEmpty()) {
            folder.add(new Effect.Raise(
                    UNREADABLE,
                    "warning",
                    "Tandem may not read "
                            + paths.stream().limit(PATHS_IN_A_NOTE).collect(joining(", "))
                            + ": these are not in history and not synced; give this user read permission."));
            unreadableTold = true;
        } else if (unreadableTold) {
            folder.add(new Effect.Clear(UNREADABLE));
            unreadableTold = false;
        }
    }

    private void noteChanges(String type, Tips after, List<FileChange> changes, String from) {
        if (changes.isEmpty()) {
            return;
        }
        changes.stream()
                .filter(change -> change.kind().equals("deleted") && variants.remove(change.path()))
                .forEach(change -> folder.add(new Effect.Clear(conflict(change.path()))));
        ImmutableMap.Builder<String, String> fields = ImmutableMap.builder();
        fields.put("files", Integer.toString(changes.size()));
        fields.put(
                "paths",
                changes.stream()
                        .limit(PATHS_IN_A_NOTE)
                        .map(change -> change.kind() + " " + change.path())
                        .collect(joining("\n")));
        if (after.head() != null) {
            fields.put("head", after.head());
        }
        if (!from.isEmpty()) {
            fields.put("from", from);
        }
        folder.add(new Effect.Note(type, fields.buildOrThrow()));
    }
}
