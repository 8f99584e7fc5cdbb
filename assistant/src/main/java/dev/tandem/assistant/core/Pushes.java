package dev.tandem.assistant.core;

import static java.util.stream.Collectors.joining;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The pushes of one folder: whose turn it is, who waits with an open stream, and who said that it would push what. */
final class Pushes {
    /**
     * A client has something that we want, and was told so; it has {@code arrived} when all that is left is to merge.
     */
    private record Promise(Tips tips, Instant until, boolean arrived) {}

    private final FolderState folder;
    private final Peers peers;
    private final PushScheduler scheduler;
    private final Map<Client, Long> offered = new HashMap<>();
    private final Map<Client, Promise> promised = new LinkedHashMap<>();

    Pushes(FolderState folder, Peers peers) {
        this.folder = folder;
        this.peers = peers;
        scheduler = new PushScheduler(folder.tuning.parallelPushes());
    }

    PushScheduler scheduler() {
        return scheduler;
    }

    /** A peer wants what we have; it is journalled if it has to wait for others. */
    void wantedBy(Peer peer) {
        boolean queued = scheduler.isWaiting(PushType.SEND_PACK, peer.client);
        scheduler.request(PushType.SEND_PACK, peer.client);
        if (!queued && scheduler.running(PushType.SEND_PACK).size() >= folder.tuning.parallelPushes()) {
            folder.note("push-waiting", "peer", peer.name, "reason", turn(PushType.SEND_PACK));
        }
    }

    /** A peer has opened a stream; a newer one of the same peer takes its place. */
    void offered(Client from, long stream) {
        drop(from, "a newer push of yours took its place");
        offered.put(from, stream);
        scheduler.request(PushType.RECEIVE_PACK, from);
    }

    /** Starts whatever may start. */
    void startNext() {
        for (PushScheduler.Grant grant : scheduler.next()) {
            Client client = grant.client();
            Peer peer = peers.find(client);
            if (grant.type() == PushType.SEND_PACK) {
                folder.add(new Effect.SendPush(client, peer == null ? Tips.NONE : peer.known));
                continue;
            }
            Long stream = offered.remove(client);
            if (stream == null) {
                throw new IllegalStateException("granted a push that nobody offered: " + client);
            }
            folder.add(new Effect.ReceivePush(client, stream));
        }
    }

    /**
     * The client cannot be reached, or is no longer known: nothing of it waits any longer. What runs ends by itself.
     *
     * @return whom to ask instead, as after {@link #broken}
     */
    Optional<Peer> withdraw(Client client, String reason) {
        drop(client, reason);
        scheduler.withdraw(PushType.SEND_PACK, client);
        return broken(client);
    }

    private void drop(Client client, String reason) {
        Long stream = offered.remove(client);
        if (stream != null) {
            scheduler.withdraw(PushType.RECEIVE_PACK, client);
            folder.add(new Effect.RefusePush(stream, reason));
        }
    }

    // ---- promises: of many that could push the same, one does

    /** Whether somebody else is about to push just that to us. */
    boolean isComingFromAnother(Tips tips, Client than) {
        return promised.entrySet().stream()
                .anyMatch(promise -> promise.getValue().tips.equals(tips)
                        && promise.getValue().until.isAfter(folder.now)
                        && !promise.getKey().equals(than));
    }

    /** It was told to push that; saying so again does not give it more time, or it could keep all others from it. */
    void promise(Client client, Tips tips) {
        Promise before = promised.get(client);
        if (before != null && before.tips.equals(tips) && before.until.isAfter(folder.now)) {
            return;
        }
        promised.put(client, new Promise(tips, folder.now.plus(folder.tuning.promise()), false));
    }

    /** It turned out that we hold that. */
    void notNeeded(Client client, Tips tips) {
        Promise promise = promised.get(client);
        if (promise != null && promise.tips.equals(tips)) {
            promised.remove(client);
        }
    }

    /** The push has arrived: until it is merged, nobody else need push the same. */
    void kept(Client client) {
        Instant until = folder.now.plus(folder.tuning.promise());
        promised.computeIfPresent(client, (c, promise) -> new Promise(promise.tips, until, true));
    }

    /** What these repositories pushed is merged. */
    void merged(Set<UUID> repositories) {
        promised.entrySet()
                .removeIf(promise -> promise.getValue().arrived
                        && repositories.contains(promise.getKey().uuid()));
    }

    /** The push will not come; returns another client that holds the same, to be asked for it. */
    Optional<Peer> broken(Client client) {
        Promise promise = promised.remove(client);
        if (promise == null || promise.tips.equals(folder.tips)) {
            return Optional.empty();
        }
        return peers.online()
                .filter(peer -> peer.known.equals(promise.tips) && !peer.client.equals(client) && !peer.asking)
                .findFirst();
    }

    /** Whether a push of either kind with that client runs or waits. */
    boolean isBusyWith(Client client) {
        for (PushType type : PushType.values()) {
            if (scheduler.isRunning(type, client) || scheduler.isWaiting(type, client)) {
                return true;
            }
        }
        return false;
    }

    /** Whether more is on its way, so that a merge had better wait a little. */
    boolean areComing() {
        promised.values().removeIf(promise -> !promise.until.isAfter(folder.now));
        return promised.values().stream().anyMatch(promise -> !promise.arrived)
                || !scheduler.isIdle(PushType.RECEIVE_PACK);
    }

    // ---- in words

    /** What a client's push is waiting for or doing, or null if there is none. */
    @Nullable
    String describe(Client client) {
        for (PushType type : PushType.values()) {
            if (scheduler.isRunning(type, client)) {
                return type == PushType.SEND_PACK ? "being pushed to" : "pushing to this device";
            }
        }
        for (PushType type : PushType.values()) {
            if (scheduler.isWaiting(type, client)) {
                return turn(type, client);
            }
        }
        return null;
    }

    /** Goes through the queue, so for who asks how things stand, not for every event. */
    private String turn(PushType type, Client client) {
        int ahead = scheduler.ahead(type, client);
        return ahead == 0 ? turn(type) : turn(type) + " and " + ahead + " more";
    }

    private String turn(PushType type) {
        return "waiting its turn behind "
                + scheduler.running(type).stream().map(this::name).collect(joining(", "));
    }

    private String name(Client client) {
        Peer peer = peers.find(client);
        return peer == null ? client.device().brief() : peer.name;
    }
}
