package dev.tandem.assistant.commands;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The commands that are not finished, in the order of asking. Of one key the first alone may run (SMPLX-3); keys do not
 * wait for each other. Holds what the store holds; whoever changes a row changes both, the store first. Owned by the
 * lock of whoever runs commands.
 */
public final class CommandQueue {
    private final Map<Long, CommandRow> rows = new TreeMap<>();

    /** Takes a row that is stored. */
    public void put(CommandRow row) {
        if (row.state().isFinal()) {
            rows.remove(row.id());
        } else {
            rows.put(row.id(), row);
        }
    }

    /** The row of a number; null if it is finished or was removed. */
    public @Nullable CommandRow get(long id) {
        return rows.get(id);
    }

    /** All of them, in order. */
    public Collection<CommandRow> all() {
        return List.copyOf(rows.values());
    }

    /** Forgets some, as the store has; returns them. */
    public List<CommandRow> remove(Predicate<CommandRow> which) {
        List<CommandRow> gone = rows.values().stream().filter(which).toList();
        gone.forEach(row -> rows.remove(row.id()));
        return gone;
    }

    /** Those that may run now, as they are to be stored when they start. */
    public List<CommandRow> due(Instant now) {
        List<CommandRow> due = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        for (CommandRow row : List.copyOf(rows.values())) {
            if (keys.add(row.key()) && row.state() == CommandRow.State.QUEUED) {
                Instant limit = now.plus(row.interval());
                if (row.next().isAfter(limit)) {
                    rows.put(row.id(), row.atLatest(limit));
                } else if (!row.next().isAfter(now)) {
                    due.add(row.started(now));
                }
            }
        }
        return due;
    }

    /** How long until one may run that may not now; empty if none waits for time to pass. */
    public Optional<Duration> nextDue(Instant now) {
        Duration soonest = null;
        Set<String> keys = new HashSet<>();
        for (CommandRow row : rows.values()) {
            if (keys.add(row.key()) && row.state() == CommandRow.State.QUEUED) {
                Duration left = Duration.between(now, row.next());
                soonest = soonest == null || left.compareTo(soonest) < 0 ? left : soonest;
            }
        }
        return Optional.ofNullable(soonest).map(left -> left.isNegative() ? Duration.ZERO : left);
    }
}
