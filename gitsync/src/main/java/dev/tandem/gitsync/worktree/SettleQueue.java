package dev.tandem.gitsync.worktree;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Collects changed paths until they are quiet. Pure: time is passed in, in nanoseconds of any origin, never backwards.
 *
 * <ol>
 *   <li>When no path changed for the quiet time, all are handed over as one batch.
 *   <li>When the oldest change has waited for the longest time, those paths are handed over that are quiet themselves
 *       or have waited as long; the others stay. So a file that is written for ever delays no other for longer.
 * </ol>
 */
final class SettleQueue {
    private static final class Waiting {
        private final long first;
        private long last;

        Waiting(long now) {
            first = now;
            last = now;
        }
    }

    private final long quietNanos;
    private final long atMostNanos;
    /** In the order of their first change. */
    private final LinkedHashMap<String, Waiting> waiting = new LinkedHashMap<>();

    private long lastChange;

    SettleQueue(Watch.Settle settle) {
        this.quietNanos = settle.quiet().toNanos();
        this.atMostNanos = settle.atMost().toNanos();
    }

    void changed(String path, long now) {
        lastChange = now;
        Waiting known = waiting.putIfAbsent(path, new Waiting(now));
        if (known != null) {
            known.last = now;
        }
    }

    /** Takes out what is to be handed over now; empty if nothing is. */
    Set<String> due(long now) {
        if (waiting.isEmpty()) {
            return Set.of();
        }
        if (now - lastChange >= quietNanos) {
            Set<String> all = new LinkedHashSet<>(waiting.keySet());
            waiting.clear();
            return all;
        }
        if (now - oldest() < atMostNanos) {
            return Set.of();
        }
        Set<String> batch = new LinkedHashSet<>();
        for (Iterator<Map.Entry<String, Waiting>> all = waiting.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<String, Waiting> next = all.next();
            if (now - next.getValue().last >= quietNanos || now - next.getValue().first >= atMostNanos) {
                batch.add(next.getKey());
                all.remove();
            }
        }
        return batch;
    }

    /** When to ask again; empty if nothing waits. */
    OptionalLong nextDue() {
        return waiting.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.min(lastChange + quietNanos, oldest() + atMostNanos));
    }

    int size() {
        return waiting.size();
    }

    void clear() {
        waiting.clear();
    }

    private long oldest() {
        return waiting.values().iterator().next().first;
    }
}
