package dev.tandem.assistant.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Manual syncs that somebody waits for. One ends when nothing is left to do here and every reachable peer has said,
 * after the request, that it holds what we hold, and every reachable git remote was brought to it.
 */
final class SyncRequests {
    /** Token to the number of the last message before the request. */
    private final Map<Long, Long> since = new LinkedHashMap<>();

    void add(long token, long messages) {
        since.put(token, messages);
    }

    boolean areWaiting() {
        return !since.isEmpty();
    }

    /** Those that have ended now; a paused folder ends all of them at once, unconfirmed. */
    List<Effect> endReached(FolderState folder, LocalWork work, Peers peers, Remotes remotes, Transfers transfers) {
        if (since.isEmpty()) {
            return List.of();
        }
        boolean idle = folder.started
                && work.queue().isIdle()
                && transfers.coming() == 0
                && remotes.unsettled().isEmpty();
        List<Effect> ends = new ArrayList<>();
        for (var waiting = since.entrySet().iterator(); waiting.hasNext(); ) {
            Map.Entry<Long, Long> request = waiting.next();
            boolean confirmed = peers.online().allMatch(holds(folder.tips, request.getValue()));
            if (folder.paused || (idle && confirmed)) {
                waiting.remove();
                String obstacle = folder.paused ? "it is paused" : null;
                ends.add(end(
                        request.getKey(),
                        request.getValue(),
                        folder.tips,
                        peers.all(),
                        remotes,
                        obstacle,
                        peer -> null,
                        transfers));
            }
        }
        return ends;
    }

    /** Nobody waits any longer: says who did not answer, each with the sentence why. */
    Optional<Effect> timedOut(
            long token,
            Tips tips,
            Collection<Peer> peers,
            Remotes remotes,
            @Nullable String obstacle,
            Function<Peer, @Nullable String> why,
            Transfers transfers) {
        Long from = since.remove(token);
        return from == null
                ? Optional.empty()
                : Optional.of(end(token, from, tips, peers, remotes, obstacle, why, transfers));
    }

    private static Effect end(
            long token,
            long from,
            Tips tips,
            Collection<Peer> peers,
            Remotes remotes,
            @Nullable String obstacle,
            Function<Peer, @Nullable String> why,
            Transfers transfers) {
        Predicate<Peer> holds = holds(tips, from);
        Map<String, String> missing = new LinkedHashMap<>();
        for (Peer peer : peers) {
            if (peer.online && !holds.test(peer)) {
                missing.put(peer.name, Objects.requireNonNullElse(why.apply(peer), "has not confirmed"));
            }
        }
        missing.putAll(remotes.unsettled());
        List<String> away = new ArrayList<>(names(peers, peer -> !peer.online));
        away.addAll(remotes.away());
        return new Effect.SyncEnded(
                token,
                tips.head(),
                names(peers, peer -> peer.online && holds.test(peer)),
                List.copyOf(away),
                missing,
                obstacle,
                transfers.unreachable());
    }

    private static Predicate<Peer> holds(Tips tips, long from) {
        return peer -> peer.known.equals(tips) && peer.knownAt > from && (peer.said == null || peer.said.coming() == 0);
    }

    private static List<String> names(Collection<Peer> peers, Predicate<Peer> which) {
        return peers.stream().filter(which).map(peer -> peer.name).toList();
    }
}
