package dev.tandem.assistant.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Manual syncs that somebody waits for. One ends when nothing is left to do here and every reachable peer has said,
 * after the request, that it holds what we hold.
 */
final class SyncRequests {
    /** Token to the number of the last message before the request. */
    private final Map<Long, Long> since = new LinkedHashMap<>();

    void add(long token, long messages) {
        since.put(token, messages);
    }

    /** Those that have ended now. {@code refusal} ends all of them at once, unconfirmed. */
    List<Effect> ended(boolean idle, Tips tips, Collection<Peer> peers, @Nullable String refusal) {
        List<Effect> ends = new ArrayList<>();
        for (var waiting = since.entrySet().iterator(); waiting.hasNext(); ) {
            Map.Entry<Long, Long> request = waiting.next();
            boolean confirmed = peers.stream().filter(peer -> peer.online).allMatch(holds(tips, request.getValue()));
            if (refusal != null || (idle && confirmed)) {
                waiting.remove();
                ends.add(end(request.getKey(), request.getValue(), tips, peers, refusal));
            }
        }
        return ends;
    }

    Optional<Effect> timedOut(long token, Tips tips, Collection<Peer> peers, @Nullable String obstacle) {
        Long from = since.remove(token);
        return from == null ? Optional.empty() : Optional.of(end(token, from, tips, peers, obstacle));
    }

    private static Effect end(long token, long from, Tips tips, Collection<Peer> peers, @Nullable String obstacle) {
        Predicate<Peer> holds = holds(tips, from);
        return new Effect.SyncEnded(
                token,
                tips.head(),
                names(peers, peer -> peer.online && holds.test(peer)),
                names(peers, peer -> !peer.online),
                names(peers, peer -> peer.online && !holds.test(peer)),
                obstacle);
    }

    private static Predicate<Peer> holds(Tips tips, long from) {
        return peer -> peer.known.equals(tips) && peer.knownAt > from;
    }

    private static List<String> names(Collection<Peer> peers, Predicate<Peer> which) {
        return peers.stream().filter(which).map(peer -> peer.name).toList();
    }
}
