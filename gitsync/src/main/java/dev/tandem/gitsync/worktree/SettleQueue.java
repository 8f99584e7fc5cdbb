package dev.tandem.gitsync.worktree;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Paths that have changed and may change again: gives them out in batches once they have been quiet.
 *
 * <p>A batch waits until all of it is quiet, so that what was saved together is committed together; but none waits for
 * longer than the maximum, whatever others do. Pure: time is an argument. Not thread-safe.
 */
final class SettleQueue {
    private static final class Seen {
        final Instant first;
        Instant last;

        Seen(Instant first) {
            this.first = first;
            last = first;
        }
    }

    private final Settle settle;
    private final Map<String, Seen> paths = new LinkedHashMap<>();
    private Instant newest = Instant.EPOCH;

    SettleQueue(Settle settle) {
        this.settle = settle;
    }

    void changed(String path, Instant now) {
        paths.computeIfAbsent(path, p -> new Seen(now)).last = now;
        newest = now;
    }

    /** The batch that is ready now; perhaps empty. */
    Set<String> take(Instant now) {
        if (!now.isBefore(newest.plus(settle.quiet()))) {
            Set<String> all = new LinkedHashSet<>(paths.keySet());
            paths.clear();
            return all;
        }
        Set<String> ready = new LinkedHashSet<>();
        if (!overdue(now)) {
            return ready;
        }
        for (Iterator<Map.Entry<String, Seen>> it = paths.entrySet().iterator(); it.hasNext(); ) {
            Map.Entry<String, Seen> path = it.next();
            Seen seen = path.getValue();
            if (isOver(seen.last, settle.quiet(), now) || isOver(seen.first, settle.atMost(), now)) {
                ready.add(path.getKey());
                it.remove();
            }
        }
        return ready;
    }

    /** How long until {@link #take} may have something; empty when nothing waits. */
    Optional<Duration> next(Instant now) {
        if (paths.isEmpty()) {
            return Optional.empty();
        }
        Instant quiet = newest.plus(settle.quiet());
        Instant limit = oldest().plus(settle.atMost());
        Duration wait = Duration.between(now, quiet.isBefore(limit) ? quiet : limit);
        return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    }

    private boolean overdue(Instant now) {
        return !paths.isEmpty() && isOver(oldest(), settle.atMost(), now);
    }

    private Instant oldest() {
        // insertion order is the order of first changes
        return paths.values().iterator().next().first;
    }

    private static boolean isOver(Instant since, Duration time, Instant now) {
        return !now.isBefore(since.plus(time));
    }
}
