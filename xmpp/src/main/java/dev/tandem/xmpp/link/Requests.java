package dev.tandem.xmpp.link;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The requests that one end has made and that have not ended: some are with the peer, the rest wait their turn, so that
 * the peer's inbox never holds more than it has room for. Each ends once. Any thread.
 */
final class Requests {
    /** How many may be with the peer at once; it ends a link on which there are more. */
    static final int MAX_OPEN = 64;

    /** A request; the body is sent when its turn comes. */
    @SuppressWarnings("ArrayRecordComponent") // a value in transit, never compared
    record Pending(int id, String service, byte[] body, long deadlineNanos, CompletableFuture<byte[]> answer) {}

    /** What the end of a request leads to: who waited for it, unless it had ended before, and which is sent now. */
    record Ended(
            Optional<CompletableFuture<byte[]>> answer,
            @Nullable Pending next) {}

    private final Map<Integer, Pending> sent = new HashMap<>();
    private final Deque<Pending> waiting = new ArrayDeque<>();

    /** Returns the request if it is to be sent at once. */
    synchronized @Nullable Pending add(Pending request) {
        if (sent.size() < MAX_OPEN) {
            sent.put(request.id, request);
            return request;
        }
        waiting.add(request);
        return null;
    }

    synchronized boolean isSent(int id) {
        return sent.containsKey(id);
    }

    synchronized Ended end(int id) {
        Pending over = sent.remove(id);
        if (over == null) {
            Optional<Pending> early =
                    waiting.stream().filter(request -> request.id == id).findFirst();
            early.ifPresent(waiting::remove);
            return new Ended(early.map(Pending::answer), null);
        }
        Pending next = waiting.poll();
        if (next != null) {
            sent.put(next.id, next);
        }
        return new Ended(Optional.of(over.answer), next);
    }

    /** All of them; whoever ends them does so outside the lock. */
    synchronized List<CompletableFuture<byte[]>> endAll() {
        List<CompletableFuture<byte[]>> all = new ArrayList<>();
        sent.values().forEach(request -> all.add(request.answer));
        waiting.forEach(request -> all.add(request.answer));
        sent.clear();
        waiting.clear();
        return all;
    }
}
