package dev.tandem.assistant;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.commands.CommandQueue;
import dev.tandem.assistant.commands.CommandRow;
import dev.tandem.assistant.commands.Commands;
import dev.tandem.assistant.commands.Failure;
import dev.tandem.assistant.commands.Outcome;
import dev.tandem.assistant.commands.Run;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoreException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries commands out, and keeps every one of them until it has its result: each is on the disk before it starts, each
 * step ends in one transaction with the beginning of the next, and what was under way when a daemon died is done again.
 *
 * <p>Any thread. Lock order: this before the store. No step runs, and nobody is told anything, under this lock.
 */
final class CommandRunner {
    private static final Logger LOG = LoggerFactory.getLogger(CommandRunner.class);

    /** A step that fails for a reason that nobody has foreseen is not tried for ever. */
    private static final int MAX_UNFORESEEN = 50;

    private static final String STORE_ALERT = "commands store";

    private final Store store;
    private final Records records;
    private final InstantSource clock;
    private final ScheduledExecutorService timers;
    private final Executor workers;
    private final Failpoints failpoints;

    @GuardedBy("this")
    private final CommandQueue queue = new CommandQueue();

    /** By correlation: who waits. */
    @GuardedBy("this")
    private final Map<String, CompletableFuture<CommandRow>> waiting = new HashMap<>();

    /** Those that are to be taken back when the step that runs has ended. */
    @GuardedBy("this")
    private final Set<Long> cancelling = new HashSet<>();

    @GuardedBy("this")
    private long timesOnline;

    private volatile Command.@Nullable Handler handler;

    CommandRunner(
            Store store,
            Records records,
            InstantSource clock,
            ScheduledExecutorService timers,
            Executor workers,
            Failpoints failpoints) {
        this.store = store;
        this.records = records;
        this.clock = clock;
        this.timers = timers;
        this.workers = workers;
        this.failpoints = failpoints;
    }

    /** Goes on where the last daemon stopped; from now on commands run. */
    synchronized void start(Command.Handler steps) {
        Instant now = clock.instant();
        store.commands().forgetOld(now);
        for (CommandRow row : store.commands().list()) {
            if (!row.state().isFinal()) {
                CommandRow ready = row.recovered(now);
                if (!ready.equals(row)) {
                    store.commands().update(ready);
                }
                queue.put(ready);
            }
        }
        handler = steps;
        pump();
    }

    /**
     * Keeps a command and has it carried out. One that is known under this correlation, or that wishes the same, is not
     * begun again: whoever asks gets its result.
     *
     * @param folder the folder with which the command goes, or null
     * @param key commands of one key run in order
     * @return the correlation to ask for the result under
     */
    synchronized String submit(String correlation, @Nullable UUID folder, String key, Command command) {
        Optional<CommandRow> known = store.commands().get(correlation);
        if (known.isPresent()) {
            return correlation;
        }
        for (CommandRow other : queue.all()) {
            if (other.kind().equals(Commands.kind(command)) && isSameWish(command, other)) {
                return other.correlation();
            }
        }
        Instant now = clock.instant();
        String under = folder == null ? null : folder.toString();
        CommandRow row = store.commands().add(CommandRow.of(correlation, under, key, command, now));
        at(row, "kept");
        queue.put(row);
        pump();
        return correlation;
    }

    private static boolean isSameWish(Command command, CommandRow row) {
        try {
            return command.isSameWishAs(Commands.decode(row));
        } catch (Commands.Undecodable unknown) {
            return false;
        }
    }

    /** The row of a correlation, finished or not. */
    Optional<CommandRow> find(String correlation) {
        return store.commands().get(correlation);
    }

    /** Completes with the row once it has a result; at once if it has one. */
    synchronized CompletableFuture<CommandRow> result(String correlation) {
        Optional<CommandRow> row = store.commands().get(correlation);
        if (row.isEmpty()) {
            return CompletableFuture.failedFuture(new java.io.IOException("it is not known any more; ask again"));
        }
        if (row.get().result() != null) {
            return CompletableFuture.completedFuture(row.get());
        }
        return waiting.computeIfAbsent(correlation, c -> new CompletableFuture<>());
    }

    /** Takes back the commands of a folder that is not there any more; the store has done so already. */
    synchronized void folderRemoved(UUID folder) {
        for (CommandRow gone : queue.remove(row -> folder.toString().equals(row.folder()))) {
            Failure removed = Failure.of("the folder was removed meanwhile");
            tell(gone.after(new Outcome.Failed(removed), clock.instant()));
        }
        pump();
    }

    /** Changes what commands that are not running still have to do; {@code change} gives null for those to end. */
    synchronized void amend(Predicate<CommandRow> which, UnaryOperator<@Nullable Command> change) {
        for (CommandRow row : queue.all()) {
            if (which.test(row) && row.state() == CommandRow.State.QUEUED) {
                try {
                    Command changed = change.apply(Commands.decode(row));
                    put(
                            changed == null
                                    ? row.after(new Outcome.Done(List.of(), Outcome.NOTHING), clock.instant())
                                    : row.saved(changed, clock.instant()));
                } catch (Commands.Undecodable unknown) {
                    LOG.debug("left alone: {}", row, unknown);
                }
            }
        }
    }

    /** What is not finished, in the order of asking. */
    synchronized Collection<CommandRow> unfinished() {
        return queue.all();
    }

    /** Tries one now that waits for its next attempt; false if there is none that waits. */
    synchronized boolean retry(long id) {
        CommandRow row = queue.get(id);
        boolean waits = row != null && row.state() == CommandRow.State.QUEUED && put(row.retried(clock.instant()));
        pump();
        return waits;
    }

    /** An account is online: what waited for that goes on. */
    synchronized void online() {
        timesOnline++;
        for (CommandRow row : queue.all()) {
            if (row.state() == CommandRow.State.QUEUED && row.isOffline()) {
                put(row.retried(clock.instant()));
            }
        }
        pump();
    }

    /**
     * Takes one back: whoever asked is told so, and what its step may still come to is not heeded. One that has made
     * something undoes that once its step has ended. False if there is none.
     */
    synchronized boolean cancel(long id) {
        CommandRow row = queue.get(id);
        if (row == null) {
            return false;
        }
        Outcome outcome = cancelled(row);
        if (row.state() == CommandRow.State.RUNNING && outcome instanceof Outcome.Next) {
            cancelling.add(id);
            return true;
        }
        CommandRow after = row.after(outcome, clock.instant());
        if (put(after) && after.result() != null) {
            tell(after);
        }
        pump();
        return true;
    }

    private static Outcome cancelled(CommandRow row) {
        Failure why = Failure.of("it was cancelled; what was done until then stays");
        try {
            return Commands.decode(row).cancelled(row.step(), why);
        } catch (Commands.Undecodable unknown) {
            return new Outcome.Failed(why);
        }
    }

    // ---- running

    /** Starts what may start, and comes back when the next may. */
    private synchronized void pump() {
        Command.Handler steps = handler;
        if (steps == null) {
            return;
        }
        try {
            for (CommandRow row : queue.due(clock.instant())) {
                if (put(row)) {
                    long before = timesOnline;
                    workers.execute(() -> step(row, steps, before));
                }
            }
            queue.nextDue(clock.instant()).ifPresent(left -> {
                // one millisecond more: a timer counts whole ones
                var unused = timers.schedule(this::pump, left.toMillis() + 1, TimeUnit.MILLISECONDS);
            });
        } catch (RejectedExecutionException closing) {
            LOG.debug("the daemon is stopping; commands go on when it is back");
        } catch (StoreException full) {
            storeFailed(full);
            var unused = timers.schedule(this::pump, 2, TimeUnit.SECONDS);
        }
    }

    /** Into the store, then into the queue; false if it is not wanted any more. */
    @GuardedBy("this")
    private boolean put(CommandRow row) {
        if (!store.commands().update(row)) {
            queue.remove(known -> known.id() == row.id());
            return false;
        }
        queue.put(row);
        return true;
    }

    private void step(CommandRow row, Command.Handler steps, long timesOnlineBefore) {
        at(row, "started");
        try {
            Commands.decode(row).runBy(steps, new StepRun(row, timesOnlineBefore));
        } catch (Commands.Undecodable unknown) {
            bury(row, String.valueOf(unknown.getMessage()));
        }
    }

    private synchronized void bury(CommandRow row, String reason) {
        records.raise(null, "command " + row.id(), "error", "Something that was asked for was not done: " + reason);
        CommandRow dead = row.dead(reason, clock.instant());
        if (put(dead)) {
            tell(dead);
        }
        pump();
    }

    private void at(CommandRow row, String label) {
        failpoints.at(row.kind() + " " + row.step() + " " + label);
    }

    @GuardedBy("this")
    private void tell(CommandRow row) {
        CompletableFuture<CommandRow> asked = waiting.remove(row.correlation());
        if (asked != null) {
            workers.execute(() -> {
                at(row, "told");
                asked.complete(row);
            });
        }
    }

    private void storeFailed(StoreException cause) {
        records.raise(null, STORE_ALERT, "error", String.valueOf(Diagnosis.brief(cause)));
    }

    /** One step of one row. */
    private final class StepRun implements Run {
        @GuardedBy("CommandRunner.this")
        private CommandRow row;

        private final String correlation;
        private final String step;
        private final int attempts;
        private final long timesOnlineBefore;

        @GuardedBy("CommandRunner.this")
        private boolean ended;

        StepRun(CommandRow row, long timesOnlineBefore) {
            this.row = row;
            this.timesOnlineBefore = timesOnlineBefore;
            correlation = row.correlation();
            step = row.step();
            attempts = row.attempts();
        }

        @Override
        public String correlation() {
            return correlation;
        }

        @Override
        public String step() {
            return step;
        }

        @Override
        public int attempts() {
            return attempts;
        }

        @Override
        public void at(String label) {
            synchronized (CommandRunner.this) {
                CommandRunner.this.at(row, label);
            }
        }

        @Override
        public void save(Command command) {
            synchronized (CommandRunner.this) {
                CommandRow saved = row.saved(command, clock.instant());
                if (ended || queue.get(row.id()) == null || !put(saved)) {
                    throw new IllegalStateException("it is not wanted any more");
                }
                row = saved;
            }
        }

        @Override
        public boolean end(Outcome outcome) {
            synchronized (CommandRunner.this) {
                if (ended) {
                    return true;
                }
                if (queue.get(row.id()) == null) {
                    ended = true; // its folder was removed meanwhile, or the user has taken it back
                    return false;
                }
                CommandRunner.this.at(row, "done");
                CommandRow next = row.after(outcome, clock.instant());
                boolean missed = outcome instanceof Outcome.Offline && timesOnline != timesOnlineBefore;
                // an account that came online while the step looked for one does not come again
                CommandRow after = missed ? next.retried(clock.instant()) : next;
                store.transaction(() -> {
                    if (store.commands().update(after)) {
                        outcome.changes().run();
                    }
                });
                CommandRunner.this.at(row, "recorded");
                records.clear(null, STORE_ALERT);
                ended = true;
                queue.put(after);
                if (after.result() != null) {
                    tell(after);
                }
                if (cancelling.remove(row.id()) && !after.state().isFinal()) {
                    var unused = cancel(row.id());
                }
                pump();
                return true;
            }
        }

        @Override
        public void guard(Step work) {
            try {
                work.run();
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt(); // the row stays as it is, for the next start
            } catch (StoreException notKept) {
                storeFailed(notKept);
                putBack(notKept);
            } catch (Exception failure) {
                // the outermost frame of a step: whatever went wrong becomes its outcome
                LOG.warn("the step {} of a command failed", step, failure);
                ends(
                        attempts < MAX_UNFORESEEN
                                ? new Outcome.Again(Diagnosis.brief(failure))
                                : new Outcome.Failed(
                                        Failure.of("it failed " + attempts + " times: " + Diagnosis.brief(failure))));
            }
        }

        private void ends(Outcome outcome) {
            try {
                end(outcome);
            } catch (StoreException notKept) {
                storeFailed(notKept);
                putBack(notKept);
            }
        }

        /** The store could not keep the end of the step: it is done again, in this daemon or the next (SMPLX-18). */
        private void putBack(StoreException why) {
            synchronized (CommandRunner.this) {
                if (!ended && queue.get(row.id()) != null) {
                    ended = true;
                    queue.put(row.after(new Outcome.Again(Diagnosis.brief(why)), clock.instant()));
                    pump();
                }
            }
        }
    }
}
