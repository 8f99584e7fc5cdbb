package dev.tandem.assistant.core;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides whose push runs next. A pure state machine: no threads, no clock.
 *
 * <ol>
 *   <li>At most one push of a type per client runs at a time; both types may run at once with one client.
 *   <li>Fair: among waiting clients the one served longest ago goes first.
 *   <li>A second request by the same client is kept as one; if that push is running, it runs once more afterwards.
 * </ol>
 *
 * <p>Owned by one folder's dispatcher thread.
 */
final class PushScheduler {
    /** How many pushes of one type run at once: enough to hide a slow peer, few enough not to starve the disk. */
    static final int PARALLEL = 4;

    /** A push that may start now. */
    record Grant(PushType type, Client client) {}

    /** One type's queue: those never served come first, in the order in which they asked. */
    private static final class Lane {
        final Set<Client> waiting = new LinkedHashSet<>();
        final Set<Client> running = new HashSet<>();
        final Map<Client, Long> served = new HashMap<>();
    }

    private final Map<PushType, Lane> lanes = new EnumMap<>(PushType.class);
    private long turn;

    PushScheduler() {
        for (PushType type : PushType.values()) {
            lanes.put(type, new Lane());
        }
    }

    /** Asks for a push; the same request twice is one. */
    void request(PushType type, Client client) {
        lane(type).waiting.add(client);
    }

    /** Takes back a request that has not started; says whether there was one. */
    boolean withdraw(PushType type, Client client) {
        return lane(type).waiting.remove(client);
    }

    /** Everything that may start now, marked as running. */
    List<Grant> next() {
        List<Grant> grants = new ArrayList<>();
        for (PushType type : PushType.values()) {
            Lane lane = lane(type);
            while (lane.running.size() < PARALLEL) {
                Client client = longestUnserved(lane);
                if (client == null) {
                    break;
                }
                lane.waiting.remove(client);
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
        if (!lane(type).running.remove(client)) {
            throw new IllegalStateException(type + " with " + client + " ended twice");
        }
    }

    /** Forgets a client that is no longer known; a running push still has to end by itself. */
    void forget(Client client) {
        for (Lane lane : lanes.values()) {
            lane.waiting.remove(client);
            lane.served.remove(client);
        }
    }

    boolean isWaiting(PushType type, Client client) {
        return lane(type).waiting.contains(client);
    }

    boolean isIdle() {
        return lanes.values().stream().allMatch(lane -> lane.waiting.isEmpty() && lane.running.isEmpty());
    }

    private static @org.jspecify.annotations.Nullable Client longestUnserved(Lane lane) {
        Client best = null;
        long bestTurn = Long.MAX_VALUE;
        for (Client client : lane.waiting) {
            long last = lane.served.getOrDefault(client, 0L);
            if (!lane.running.contains(client) && last < bestTurn) {
                best = client;
                bestTurn = last;
            }
        }
        return best;
    }

    private Lane lane(PushType type) {
        Lane lane = lanes.get(type);
        if (lane == null) {
            throw new IllegalStateException("no lane for " + type);
        }
        return lane;
    }
}
