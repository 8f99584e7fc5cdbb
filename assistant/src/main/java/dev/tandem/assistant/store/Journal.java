package dev.tandem.assistant.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What happened, in order. One table, many readers: each keeps a cursor of its own, and none slows the writer.
 *
 * <p>Cursors only grow, also across restarts. Holds the newest entries and says how many of those before are gone.
 */
public final class Journal {
    private static final int KEEP = 100_000;
    private static final int PRUNE_EVERY = 1_000;
    private static final TypeReference<Map<String, String>> FIELDS = new TypeReference<>() {};
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Store store;
    private final Object arrival = new Object();
    private long appended;
    private volatile boolean closed;

    /**
     * One line of the journal.
     *
     * @param folder its name, or null for the daemon itself
     */
    public record Entry(
            long cursor,
            Instant time,
            String type,
            @Nullable String folder,
            Map<String, String> fields) {}

    Journal(Store store) {
        this.store = store;
    }

    /** Writes an entry; it is on the disk, and readable, when this returns. */
    public void append(Instant time, String type, @Nullable String folder, Map<String, String> fields) {
        String json = encode(fields);
        store.write(sql -> {
            sql.execute(
                    "INSERT INTO journal (time, type, folder, fields) VALUES (?, ?, ?, ?)",
                    time.toString(),
                    type,
                    folder,
                    json);
            if (++appended % PRUNE_EVERY == 0) {
                sql.execute("DELETE FROM journal WHERE cursor <= (SELECT max(cursor) FROM journal) - ?", KEEP);
            }
        });
        synchronized (arrival) {
            arrival.notifyAll();
        }
    }

    /** The entries after a cursor, oldest first. */
    public List<Entry> after(long cursor, int limit, Optional<String> folder) {
        String where = folder.isPresent() ? " AND folder = :folder" : "";
        return store.read(sql -> {
            var query = sql.createQuery(
                            "SELECT * FROM journal WHERE cursor > :cursor" + where + " ORDER BY cursor LIMIT :limit")
                    .bind("cursor", cursor)
                    .bind("limit", limit);
            folder.ifPresent(name -> query.bind("folder", name));
            return query.map((row, context) -> new Entry(
                            row.getLong("cursor"),
                            Instant.parse(row.getString("time")),
                            row.getString("type"),
                            row.getString("folder"),
                            decode(row.getString("fields"))))
                    .list();
        });
    }

    /** The cursor of the newest entry; 0 if there never was one. */
    public long last() {
        return store.read(sql -> sql.createQuery("SELECT coalesce(max(cursor), 0) FROM journal")
                .mapTo(Long.class)
                .one());
    }

    /** How many entries after a cursor are no longer held. */
    public long missing(long cursor) {
        long first = store.read(sql -> sql.createQuery("SELECT coalesce(min(cursor), 0) FROM journal")
                .mapTo(Long.class)
                .one());
        return Math.max(0, first - 1 - cursor);
    }

    /** Waits until there is an entry after a cursor; says whether there is. */
    public boolean await(long cursor, Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        synchronized (arrival) {
            while (last() <= cursor) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0 || closed) {
                    return false;
                }
                arrival.wait(left);
            }
        }
        return true;
    }

    /** Wakes whoever waits, for the last time. */
    public void close() {
        closed = true;
        synchronized (arrival) {
            arrival.notifyAll();
        }
    }

    private static String encode(Map<String, String> fields) {
        try {
            return JSON.writeValueAsString(fields);
        } catch (JsonProcessingException bug) {
            throw new IllegalStateException(bug);
        }
    }

    private static Map<String, String> decode(String json) {
        try {
            return JSON.readValue(json, FIELDS);
        } catch (JsonProcessingException damaged) {
            return Map.of("unreadable", json);
        }
    }
}
