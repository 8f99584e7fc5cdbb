package dev.tandem.assistant;

import dev.tandem.assistant.api.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The transfers of one folder that are under way, for whoever asks how they stand. Any thread. */
final class Progress {
    private final InstantSource clock;
    private final Set<Transfer> transfers = ConcurrentHashMap.newKeySet(); // as many as streams are open

    Progress(InstantSource clock) {
        this.clock = clock;
    }

    /** One content on its way, until it is closed. */
    final class Transfer implements AutoCloseable {
        private final String key;
        private final String path;
        private final String peer;
        private final String direction;
        private final long total;
        private final long from;
        private final Instant since = clock.instant();
        private final AtomicLong bytes;

        private Transfer(String key, String path, String peer, String direction, long total, long from) {
            this.key = key;
            this.path = path;
            this.peer = peer;
            this.direction = direction;
            this.total = total;
            this.from = from;
            bytes = new AtomicLong(from);
        }

        void add(long more) {
            bytes.addAndGet(more);
        }

        private Status.Transfer status() {
            long millis = Math.max(1, Duration.between(since, clock.instant()).toMillis());
            long done = bytes.get();
            return new Status.Transfer(key, path, peer, direction, done, total, (done - from) * 1000 / millis);
        }

        @Override
        public void close() {
            transfers.remove(this);
        }
    }

    Transfer get(String key, String path, String peer, long total, long from) {
        return begin(new Transfer(key, path, peer, "get", total, from));
    }

    Transfer send(String key, String path, String peer, long total, long from) {
        return begin(new Transfer(key, path, peer, "send", total, from));
    }

    private Transfer begin(Transfer transfer) {
        transfers.add(transfer);
        return transfer;
    }

    List<Status.Transfer> now() {
        return transfers.stream()
                .map(Transfer::status)
                .sorted(Comparator.comparing(Status.Transfer::key))
                .toList();
    }
}
