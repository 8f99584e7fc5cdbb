package dev.tandem.assistant.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Decides whose push runs next. A pure state machine: no threads, no clock.
 *
 * <ol>
 *   <li>At most one push of a type per client runs at a time; both types may run at once with one client.
 *   <li>Fair: among waiting clients the one served longest ago goes first, and among those the one that asked first.
 *   <li>A second request by the same client is kept as one; if that push is running, it runs once more afterwards.
 * </ol>
 *
 * <p>Every step costs at most logarithmic time in the number of clients that wait. Owned by one folder's dispatcher
 * thread.
 */
final class PushScheduler {
    /** A push that may start now. */
    record Grant(PushType type, Client client) {}

    /** A place in the queue: when the client was last served, then when it asked. */
    private record Place(long served, long asked) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byService = Long.compare(served, other.served);
            return byService != 0 ? byService : Long.compare(asked, other.asked);
        }
    }

    /** One type's queue, and what of it runs. */
    private static final class Lane {
        final TreeMap<Place, Client> queue = new TreeMap<>();
        final Map<Client, Place> places = new HashMap<>();
        final Set<Client> running = new LinkedHashSet<>();

        /** Those that run, and asked again meanwhile. */
        final Set<Client> again = new HashSet<>();

        final Map<Client, Long> served = new HashMap<>();
    }

    private final Map<PushType, Lane> lanes = new EnumMap<>(PushType.class);
    private final int parallel;
    private long turn;

    PushScheduler() {
        this(Tuning.DEFAULT.parallelPushes());
    }

    /** Lets {@code parallel} pushes of each type run at once. */
    PushScheduler(int parallel) {
        this.parallel = parallel;
        for (PushType type : PushType.values()) {
            lanes.put(type, new Lane());
        }
    }

    /** Asks for a push; the same request twice is one. */
    void request(PushType type, Client client) {
        Lane lane = lane(type);
        if (lane.running.contains(client)) {
            lane.again.add(client);
        } else if (!lane.places.containsKey(client)) {
            enqueue(lane, client);
        }
    }

    private void enqueue(Lane lane, Client client) {
        Place place = new Place(lane.served.getOrDefault(client, 0L), ++turn);
        lane.places.put(client, place);
        lane.queue.put(place, client);
    }

    /** Takes back a request that has not started; says whether there was one. */
    boolean withdraw(PushType type, Client client) {
        Lane lane = lane(type);
        Place place = lane.places.remove(client);
        if (place != null) {
            lane.queue.remove(place);
        }
        return lane.again.remove(client) || place != null;
    }

    /** Everything that may start now, marked as running. */
    List<Grant> next() {
        List<Grant> grants = new ArrayList<>();
        for (PushType type : PushType.values()) {
            Lane lane = lane(type);
            while (lane.running.size() < parallel && !lane.queue.isEmpty()) {
                Client client = lane.queue.pollFirstEntry().getValue();
                lane.places.remove(client);
                lane.running.add(client);
                lane.served.put(client, ++turn);
                grants.add(new Grant(type, client));
            }
        }
        return grants;
    }

    /**
     * A granted push has ended, in whatever way.
     *
     * @throws IllegalStateException if it was not running: clean-up happens exactly once
     */
    void finished(PushType type, Client client) {
        Lane lane = lane(type);
        if (!lane.running.remove(client)) {
            throw new IllegalStateException(type + " with " + client + " ended twice");
        }
        if (lane.again.remove(client)) {
            enqueue(lane, client);
        }
    }

    /** Forgets a client that is no longer known; a running push still has to end by itself. */
    void forget(Client client) {
        for (PushType type : PushType.values()) {
            withdraw(type, client);
            lane(type).served.remove(client);
        }
    }

    /** Whether the client waits for its turn, or for its running push to end so that it can run once more. */
    boolean isWaiting(PushType type, Client client) {
        return lane(type).places.containsKey(client) || lane(type).again.contains(client);
    }

    boolean isRunning(PushType type, Client client) {
        return lane(type).running.contains(client);
    }

    /** Whose pushes of a type run now; those that a waiting client waits for. */
    Collection<Client> running(PushType type) {
        return List.copyOf(lane(type).running);
    }

    /** How many are waiting for their turn in front of a client; 0 if it is not waiting for one. */
    int ahead(PushType type, Client client) {
        Place place = lane(type).places.get(client);
        return place == null ? 0 : lane(type).queue.headMap(place).size();
    }

    /** Whether no push of that type runs or waits. */
    boolean isIdle(PushType type) {
        Lane lane = lane(type);
        return lane.queue.isEmpty() && lane.running.isEmpty();
    }

    boolean isIdle() {
        return isIdle(PushType.SEND_PACK) && isIdle(PushType.RECEIVE_PACK);
    }

    private Lane lane(PushType type) {
        Lane lane = lanes.get(type);
        if (lane == null) {
            throw new IllegalStateException("no lane for " + type);
        }
        return lane;
    }
}
