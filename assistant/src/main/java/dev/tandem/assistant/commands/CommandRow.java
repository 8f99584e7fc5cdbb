package dev.tandem.assistant.commands;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A command as it is stored, and what becomes of it; each method gives the row as it is afterwards.
 *
 * @param id grows in the order of asking
 * @param correlation under which the result is asked for
 * @param folder the uuid of the folder with which it goes, or null
 * @param key commands of one key run one after the other, in order
 * @param kind see {@link Commands}
 * @param version of the arguments' form
 * @param step what is to be done next
 * @param arguments JSON
 * @param attempts of this step that came to nothing
 * @param interval the wait before the next one, after the present one
 * @param next when it may run
 * @param error why it did not work the last time, or why it is dead
 * @param result JSON: what is told to whoever asked, or a {@link Failure}; null as long as there is nothing to tell
 * @param changed when this row was last written
 */
public record CommandRow(
        long id,
        String correlation,
        @Nullable String folder,
        String key,
        String kind,
        int version,
        String step,
        String arguments,
        State state,
        int attempts,
        Duration interval,
        Instant next,
        @Nullable String error,
        @Nullable String result,
        Instant changed) {
    static final Duration FIRST_INTERVAL = Duration.ofSeconds(2);
    static final Duration LONGEST_INTERVAL = Duration.ofMinutes(2);

    /** How often one that waits for an account looks by itself, should nobody tell it (SMPLX-9). */
    static final Duration LOOK_AGAIN = Duration.ofMinutes(30);

    /** How far it is. */
    public enum State {
        /** To be run. */
        QUEUED,
        /** A step is under way; at the start of a daemon: was under way when the last one died. */
        RUNNING,
        /** It has its result. */
        DONE,
        /** It has failed for good; the result is a {@link Failure}. */
        FAILED,
        /** This program cannot read it. */
        DEAD;

        /** Nothing more happens to it. */
        public boolean isFinal() {
            return this == DONE || this == FAILED || this == DEAD;
        }
    }

    /** A wish, before it has a number. */
    public static CommandRow of(String correlation, @Nullable String folder, String key, Command command, Instant now) {
        return new CommandRow(
                0,
                correlation,
                folder,
                key,
                Commands.kind(command),
                Commands.VERSION,
                Command.FIRST,
                Commands.encode(command),
                State.QUEUED,
                0,
                FIRST_INTERVAL,
                now,
                null,
                null,
                now);
    }

    /** With the number that the store has given it. */
    public CommandRow numbered(long number) {
        return with(number, key, step, arguments, state, attempts, interval, next, error, result, changed);
    }

    /** Whether it waits for an account. */
    public boolean isOffline() {
        return interval.equals(LOOK_AGAIN);
    }

    /** To be tried at once, from the first interval on. */
    public CommandRow retried(Instant now) {
        return with(id, key, step, arguments, state, attempts, FIRST_INTERVAL, now, error, result, now);
    }

    CommandRow started(Instant now) {
        return with(id, key, step, arguments, State.RUNNING, attempts, interval, next, error, result, now);
    }

    /** With what its step has learnt. */
    public CommandRow saved(Command command, Instant now) {
        return with(id, key, step, Commands.encode(command), state, attempts, interval, next, error, result, now);
    }

    /**
     * As the next daemon starts with it: a step in the middle of which the last one died is to be done again, and may
     * have been done (SMPLX-14).
     */
    public CommandRow recovered(Instant now) {
        return state != State.RUNNING
                ? this
                : with(id, key, step, arguments, State.QUEUED, attempts + 1, interval, now, error, result, now);
    }

    /** Never tried again, for a reason. */
    public CommandRow dead(String reason, Instant now) {
        String told = result == null ? Commands.write(Failure.of(reason)) : result;
        return with(id, key, step, arguments, State.DEAD, attempts, interval, next, reason, told, now);
    }

    /** It may run at the latest after one interval from now: a clock that was set back does not stall it (SMPLX-8). */
    CommandRow atLatest(Instant limit) {
        return with(id, key, step, arguments, state, attempts, interval, limit, error, result, changed);
    }

    /** What a step's outcome makes of it. */
    public CommandRow after(Outcome outcome, Instant now) {
        if (outcome instanceof Outcome.Next to) {
            return onward(key, to.step(), to.command(), result, now);
        }
        if (outcome instanceof Outcome.Answered answered) {
            return onward(
                    "background " + id, answered.step(), answered.command(), Commands.write(answered.result()), now);
        }
        if (outcome instanceof Outcome.Again again) {
            return again(again.why(), now);
        }
        if (outcome instanceof Outcome.Offline offline) {
            Instant at = now.plus(LOOK_AGAIN);
            return with(
                    id, key, step, arguments, State.QUEUED, attempts, LOOK_AGAIN, at, offline.why(), result, now);
        }
        if (outcome instanceof Outcome.Done done) {
            String told = result == null ? Commands.write(done.result()) : result;
            return with(id, key, step, arguments, State.DONE, attempts, interval, now, null, told, now);
        }
        Failure failure = ((Outcome.Failed) outcome).failure();
        String told = result == null ? Commands.write(failure) : result;
        return with(id, key, step, arguments, State.FAILED, attempts, interval, now, failure.line(), told, now);
    }

    private CommandRow onward(String under, String to, Command command, @Nullable String told, Instant now) {
        String written = Commands.encode(command);
        return with(id, under, to, written, State.QUEUED, 0, FIRST_INTERVAL, now, null, told, now);
    }

    /** Waits 2 s the first time, then half as long again each time, 120 s at most (SMPLX-7). */
    private CommandRow again(String why, Instant now) {
        Duration wait = isOffline() ? FIRST_INTERVAL : interval;
        Duration longer = wait.multipliedBy(3).dividedBy(2).truncatedTo(ChronoUnit.MILLIS); // as stored
        Duration then = longer.compareTo(LONGEST_INTERVAL) > 0 ? LONGEST_INTERVAL : longer;
        Instant at = now.plus(wait);
        return with(id, key, step, arguments, State.QUEUED, attempts + 1, then, at, why, result, now);
    }

    private CommandRow with(
            long number,
            String under,
            String to,
            String written,
            State is,
            int tries,
            Duration wait,
            Instant at,
            @Nullable String why,
            @Nullable String told,
            Instant now) {
        return new CommandRow(
                number, correlation, folder, under, kind, version, to, written, is, tries, wait, at, why, told, now);
    }
}
