package dev.tandem.assistant.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Which content is fetched next, and from whom. Rules, as the tests name them:
 *
 * <ol>
 *   <li>FETCH-1: what a user waits for first, then the smallest.
 *   <li>FETCH-2: from the best link; among equals from whoever is asked for least at the moment.
 *   <li>FETCH-3: several at once, two of one client at most.
 *   <li>FETCH-4: a small content never waits for large ones: these leave a place free, of all and of each client.
 *   <li>FETCH-5: nothing is begun with a client that is being pushed to or pushes.
 *   <li>FETCH-6: small contents of one client travel together.
 *   <li>FETCH-7: whoever failed to give a content is not asked for it for a while; the others are, at once. What nobody
 *       has given after some attempts is left to the next look.
 *   <li>FETCH-8: a link that broke costs nothing: what it has not brought waits again, in its old place.
 *   <li>FETCH-9: a content is fetched once at a time, however often it is wanted.
 *   <li>FETCH-10: only so many are known at once; the rest is asked for when there is room.
 * </ol>
 *
 * Pure; owned by the folder's dispatcher thread. A step costs at most the window, and nothing while all places are
 * taken.
 */
final class TransferScheduler {
    /** FETCH-10: enough to fill all places for some time, few enough to be gone through with every event. */
    static final int WINDOW = 256;

    /** FETCH-6: a round trip is then shared by so many, or by so many bytes. */
    static final int TOGETHER = 64;

    static final long TOGETHER_BYTES = 1L << 20;

    /** FETCH-4: on a slow link this takes minutes. */
    static final long LARGE_BYTES = 4L << 20;

    static final int OF_ONE_CLIENT = 2;

    /** FETCH-7: after attempts over about two minutes. */
    static final int FAILURES_MAX = 6;

    /**
     * Somebody who can be asked.
     *
     * @param rank of its link: the lowest is the best
     */
    record Source(Client client, int rank) {}

    /** What is fetched from one client at a time. */
    record Fetch(long number, Client from, List<Want> wants) {}

    private record Running(Fetch fetch, Map<String, Want> open, boolean large) {}

    /** A content's failures so far, and who is not to be asked for it until when. */
    private static final class Failures {
        int count;
        final Map<Client, Instant> avoided = new HashMap<>();
    }

    private final int parallel;
    private final NavigableSet<Want> waiting = new TreeSet<>();
    private final Map<String, Want> known = new HashMap<>(); // waiting or being fetched
    private final Map<Long, Running> running = new LinkedHashMap<>();
    private final Map<String, Failures> failures = new HashMap<>(); // of those known
    private long numbers;

    /** @param parallel how many fetches run at once */
    TransferScheduler(int parallel) {
        this.parallel = parallel;
    }

    /** How many more may be wanted now. */
    int room() {
        return Math.max(0, WINDOW - known.size());
    }

    int size() {
        return known.size();
    }

    boolean isIdle() {
        return known.isEmpty() && running.isEmpty();
    }

    /** A content is wanted, or more is known of one that is; what goes beyond the window is not taken. */
    void want(Want want) {
        Want before = known.get(want.key());
        if (before != null) {
            if (waiting.remove(before)) {
                add(want);
            }
        } else if (room() > 0) {
            add(want);
        }
    }

    private void add(Want want) {
        known.put(want.key(), want);
        waiting.add(want);
    }

    /** Nothing is wanted any more; what runs ends by itself. */
    void clear() {
        waiting.forEach(want -> forget(want.key()));
        waiting.clear();
    }

    /**
     * What waits and has no holder that can be reached is not wanted any more, until it is found again; whether there
     * was any.
     */
    boolean forgetUnreachable(Set<UUID> reachable) {
        return waiting.removeIf(want -> {
            boolean unreachable = Collections.disjoint(want.holders(), reachable);
            if (unreachable) {
                forget(want.key());
            }
            return unreachable;
        });
    }

    Collection<Fetch> running() {
        return running.values().stream().map(Running::fetch).toList();
    }

    /** The next fetch, if one may begin. */
    Optional<Fetch> next(List<Source> sources, Predicate<Client> pushing, Instant now) {
        if (waiting.isEmpty() || running.size() >= parallel) {
            return Optional.empty();
        }
        List<Source> free = new ArrayList<>(sources);
        free.removeIf(source -> pushing.test(source.client) || runningFrom(source.client) >= OF_ONE_CLIENT);
        free.sort(Comparator.comparingInt(Source::rank).thenComparingLong(source -> runningFrom(source.client)));
        if (free.isEmpty()) {
            return Optional.empty();
        }
        for (Want want : waiting) {
            for (Source source : free) {
                if (mayBegin(want, source.client) && has(source.client, want, now)) {
                    return Optional.of(begin(want, source.client, now));
                }
            }
        }
        return Optional.empty();
    }

    private boolean mayBegin(Want want, Client from) {
        if (!isLarge(want)) {
            return true;
        }
        long large = running.values().stream().filter(Running::large).count();
        boolean largeFromIt = running.values().stream().anyMatch(other -> other.large && other.fetch.from.equals(from));
        return !largeFromIt && large < Math.max(1, parallel - 1);
    }

    private static boolean isLarge(Want want) {
        return want.sizeBytes() < 0 || want.sizeBytes() >= LARGE_BYTES;
    }

    private boolean has(Client client, Want want, Instant now) {
        if (!want.holders().contains(client.uuid())) {
            return false;
        }
        Failures failed = failures.get(want.key());
        Instant until = failed == null ? null : failed.avoided.get(client);
        return until == null || !until.isAfter(now);
    }

    private long runningFrom(Client client) {
        return running.values().stream()
                .filter(other -> other.fetch.from.equals(client))
                .count();
    }

    private Fetch begin(Want first, Client from, Instant now) {
        List<Want> together = new ArrayList<>();
        long bytes = 0;
        for (Iterator<Want> next = waiting.tailSet(first, true).iterator();
                next.hasNext() && together.size() < TOGETHER; ) {
            Want want = next.next();
            boolean fits = want.sizeBytes() >= 0 && bytes + want.sizeBytes() <= TOGETHER_BYTES;
            if (together.isEmpty() || (fits && has(from, want, now))) {
                together.add(want);
                bytes += want.sizeBytes() < 0 ? TOGETHER_BYTES : want.sizeBytes();
                next.remove();
            }
            if (bytes >= TOGETHER_BYTES) {
                break;
            }
        }
        Fetch fetch = new Fetch(++numbers, from, List.copyOf(together));
        Map<String, Want> open = new LinkedHashMap<>();
        together.forEach(want -> open.put(want.key(), want));
        running.put(fetch.number, new Running(fetch, open, isLarge(first)));
        return fetch;
    }

    /** One content of a fetch is here. */
    void here(long number, String key) {
        take(number, key).ifPresent(want -> forget(key));
    }

    /**
     * A client could not give one content of a fetch.
     *
     * @param now the time
     * @return when to try again; empty if it is given up for now
     */
    Optional<Instant> refused(long number, String key, Instant now) {
        Running fetch = running.get(number);
        Optional<Want> want = take(number, key);
        if (fetch == null || want.isEmpty()) {
            return Optional.empty();
        }
        Failures failed = failures.computeIfAbsent(key, unused -> new Failures());
        if (++failed.count >= FAILURES_MAX) {
            forget(key);
            return Optional.empty();
        }
        Instant until = now.plus(BackOff.after(failed.count - 1));
        failed.avoided.put(fetch.fetch.from, until);
        waiting.add(want.get());
        return Optional.of(until);
    }

    /** A fetch has ended; gives back what it has not brought. */
    void ended(long number) {
        Running ended = running.remove(number);
        if (ended != null) {
            waiting.addAll(ended.open.values());
        }
    }

    private Optional<Want> take(long number, String key) {
        Running fetch = running.get(number);
        return Optional.ofNullable(fetch == null ? null : fetch.open.remove(key));
    }

    private void forget(String key) {
        known.remove(key);
        failures.remove(key);
    }
}
