package dev.tandem.assistant.core;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * What is to be done to the files, and the one job that is at it. What a failed job had in hand is queued again.
 *
 * <p>Commits go before merges, so that a merge never meets a change that is not in history. Owned by the folder's
 * dispatcher thread.
 */
final class WorkQueue {
    private final Set<String> changed = new LinkedHashSet<>();
    private final Set<String> unsettled = new LinkedHashSet<>();
    private final Set<UUID> toMerge = new LinkedHashSet<>();
    private final Set<String> toPlace = new LinkedHashSet<>();
    private final Set<String> changedInHand = new LinkedHashSet<>();
    private final Set<UUID> mergingInHand = new LinkedHashSet<>();
    private final Set<String> placingInHand = new LinkedHashSet<>();
    private boolean rescan;
    private boolean rescanInHand;
    private boolean running;
    private boolean held;
    private int failures;

    void changed(Set<String> paths) {
        changed.addAll(paths);
    }

    void rescan() {
        rescan = true;
    }

    void toMerge(UUID client) {
        toMerge.add(client);
    }

    /** Whether something of that repository is queued that no job has in hand. */
    boolean isToMerge(UUID client) {
        return toMerge.contains(client);
    }

    /** A content has come, and belongs into its files. */
    void toPlace(String key) {
        toPlace.add(key);
    }

    /** How many contents have come and are not known to be in their files. */
    int unplaced() {
        return toPlace.size() + placingInHand.size();
    }

    /** Keeps paths that were being written for a little later; says whether there are any. */
    boolean unsettled(Set<String> paths) {
        unsettled.addAll(paths);
        return !paths.isEmpty();
    }

    /** The next job, if there is one and none is running; a merge and a placing are asked for leave first. */
    Optional<Effect> next(BooleanSupplier mayMerge, BooleanSupplier mayPlace) {
        if (running || held) {
            return Optional.empty();
        }
        if (rescan || !changed.isEmpty()) {
            changedInHand.addAll(changed);
            rescanInHand = rescan;
            changed.clear();
            rescan = false;
            running = true;
            return Optional.of(
                    rescanInHand ? new Effect.ScanAndCommit() : new Effect.Commit(Set.copyOf(changedInHand)));
        }
        if (!toPlace.isEmpty() && mayPlace.getAsBoolean()) {
            placingInHand.addAll(toPlace);
            toPlace.clear();
            running = true;
            return Optional.of(new Effect.PlaceContent(Set.copyOf(placingInHand)));
        }
        if (!toMerge.isEmpty() && mayMerge.getAsBoolean()) {
            mergingInHand.addAll(toMerge);
            toMerge.clear();
            running = true;
            return Optional.of(new Effect.Integrate(Set.copyOf(mergingInHand)));
        }
        return Optional.empty();
    }

    /** The job has done all that it had in hand. */
    void done() {
        end();
        failures = 0;
    }

    /** The job has done nothing: what it had in hand is to be done again. */
    void failed() {
        changed.addAll(changedInHand);
        toMerge.addAll(mergingInHand);
        toPlace.addAll(placingInHand);
        rescan |= rescanInHand;
        end();
    }

    /** Starts nothing until {@link #release()}; returns how many failures in a row there were before. */
    int hold() {
        held = true;
        return failures++;
    }

    /** Lets jobs start again, and looks again at what was being written. */
    void release() {
        held = false;
        changed.addAll(unsettled);
        unsettled.clear();
    }

    boolean isRunning() {
        return running;
    }

    boolean isIdle() {
        return !running
                && !rescan
                && changed.isEmpty()
                && unsettled.isEmpty()
                && toMerge.isEmpty()
                && toPlace.isEmpty();
    }

    /** How many paths are known to have changed and are not in history yet. */
    int pending() {
        return changed.size() + unsettled.size() + changedInHand.size();
    }

    private void end() {
        if (!running) {
            throw new IllegalStateException("a job ended that was not running");
        }
        running = false;
        rescanInHand = false;
        changedInHand.clear();
        mergingInHand.clear();
        placingInHand.clear();
    }
}
