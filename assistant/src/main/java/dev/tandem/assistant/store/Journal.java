package dev.tandem.assistant.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * What happened, in order, for the user: one log with any number of readers, each with a cursor of its own.
 *
 * <p>A cursor is the number of the last entry that a reader has seen; numbers begin at 1, only grow, have no holes when
 * they are given out, and are never given out again. Any thread; an append waits for the disk, never for a reader.
 */
public final class Journal {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, String>> FIELDS = new TypeReference<>() {};
    /** The folder column of entries that belong to no folder. */
    private static final String DAEMON = "";

    private static final RowMapper<Entry> ROW = (row, context) -> new Entry(
            row.getLong("cursor"),
            Instant.ofEpochMilli(row.getLong("time")),
            row.getString("type"),
            row.getString("folder").isEmpty() ? null : row.getString("folder"),
            decode(row.getString("fields")));

    private final Database database;
    private final Retention retention;
    private final AtomicLong last = new AtomicLong();
    private final ReentrantLock following = new ReentrantLock();
    private final Condition changed = following.newCondition();

    @GuardedBy("following")
    private boolean closed;

    Journal(Database database, Retention retention) {
        this.database = database;
        this.retention = retention;
        this.last.set(database.read(Journal::highest));
    }

    /**
     * One thing that happened.
     *
     * @param cursor its number
     * @param time to the millisecond; not necessarily growing, as clocks are set
     * @param type what, as a word; tells which fields there are
     * @param folder the folder's name, or null for the daemon itself
     * @param fields in the order they were given
     */
    public record Entry(
            long cursor,
            Instant time,
            String type,
            @Nullable String folder,
            Map<String, String> fields) {}

    /**
     * Entries that a reader missed because they are no longer kept.
     *
     * @param count how many: exact for a reader of all folders, an upper bound for a reader of one; 0 says that the
     *     cursor was never given out by this journal, so that nobody knows
     * @param resume where reading goes on: the cursor just before the first entry that is still there
     */
    public record Gap(long count, long resume) {}

    /** What there is after a cursor: first what is missing, if anything, then entries in order. */
    public record Page(Optional<Gap> gap, List<Entry> entries) {}

    /**
     * How much is kept.
     *
     * @param entries of each folder, so that a busy folder evicts nothing of a quiet one
     * @param age of any entry
     * @param every after how many entries it is looked at again: what is kept may exceed its bound by that many
     */
    record Retention(int entries, Duration age, int every) {
        static final Retention DEFAULT = new Retention(100_000, Duration.ofDays(90), 1_000);
    }

    /**
     * Records something; it is on disk when this returns, or when the transaction around it commits, and only then do
     * readers see it.
     *
     * @return its cursor
     */
    public long append(Instant time, String type, @Nullable String folder, Map<String, String> fields) {
        return database.write(handle -> {
            long cursor = handle.createUpdate("""
                            INSERT INTO journal (time, type, folder, fields) VALUES (:time, :type, :folder, :fields)
                            """)
                    .bind("time", time.toEpochMilli())
                    .bind("type", type)
                    .bind("folder", folder == null ? DAEMON : folder)
                    .bind("fields", encode(fields))
                    .executeAndReturnGeneratedKeys("cursor")
                    .mapTo(long.class)
                    .one();
            if (cursor % retention.every() == 0) {
                prune(handle, time);
            }
            database.afterCommit(() -> published(cursor));
            return cursor;
        });
    }

    /** The entries after a cursor, oldest first; what is missing goes unsaid. */
    public List<Entry> after(long cursor, int limit, Optional<String> folder) {
        return page(cursor, limit, folder).entries();
    }

    /** The entries after a cursor, oldest first, and what is missing before or between them. */
    public Page page(long cursor, int limit, Optional<String> folder) {
        return database.read(handle -> {
            long highest = highest(handle);
            if (cursor > highest || cursor < 0) {
                return new Page(Optional.of(new Gap(0, highest)), List.of());
            }
            List<Entry> entries = entries(handle, cursor, limit, folder);
            return new Page(gap(handle, cursor, folder, entries), entries);
        });
    }

    /**
     * The cursor after which all entries of a time and of later ones are; clocks are set, so earlier ones may be too.
     */
    public long before(Instant time) {
        return database.read(handle -> handle.createQuery(
                        "SELECT coalesce(min(cursor) - 1, :highest) FROM journal WHERE time >= :time")
                .bind("highest", highest(handle))
                .bind("time", time.toEpochMilli())
                .mapTo(long.class)
                .one());
    }

    /** The cursor of a folder's newest entry of a type; 0 if there is none. */
    public long last(String type, String folder) {
        return database.read(handle -> handle.createQuery(
                        "SELECT coalesce(max(cursor), 0) FROM journal WHERE folder = :folder AND type = :type")
                .bind("folder", folder)
                .bind("type", type)
                .mapTo(long.class)
                .one());
    }

    /** The cursor of the newest entry; 0 if there has never been one. */
    public long last() {
        return last.get();
    }

    /**
     * Waits until there is an entry after a cursor.
     *
     * @return false if there was none in time, or the journal was closed, or the thread was interrupted (which stays
     *     set)
     */
    public boolean await(long cursor, Duration timeout) {
        long left = timeout.toNanos();
        following.lock();
        try {
            while (last.get() <= cursor && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return last.get() > cursor && !closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            following.unlock();
        }
    }

    /** Whether there will be no more entries. */
    public boolean isClosed() {
        following.lock();
        try {
            return closed;
        } finally {
            following.unlock();
        }
    }

    void close() {
        following.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            following.unlock();
        }
    }

    private void published(long cursor) {
        last.set(cursor);
        following.lock();
        try {
            changed.signalAll();
        } finally {
            following.unlock();
        }
    }

    private static long highest(Handle handle) {
        return handle.createQuery("SELECT seq FROM sqlite_sequence WHERE name = 'journal'")
                .mapTo(long.class)
                .findOne()
                .orElse(0L);
    }

    private static List<Entry> entries(Handle handle, long cursor, int limit, Optional<String> folder) {
        String ofFolder = folder.isPresent() ? " AND folder = :folder" : "";
        Query query = handle.createQuery(
                        "SELECT * FROM journal WHERE cursor > :cursor" + ofFolder + " ORDER BY cursor LIMIT :limit")
                .bind("cursor", cursor)
                .bind("limit", limit);
        folder.ifPresent(name -> query.bind("folder", name));
        return query.map(ROW).list();
    }

    /** Between a cursor and the last entry that was pruned, every number without a row is one that is gone. */
    private static Optional<Gap> gap(Handle handle, long cursor, Optional<String> folder, List<Entry> entries) {
        long through = handle.createQuery("""
                        SELECT coalesce(max(through), 0) FROM journal_pruned WHERE :folder IS NULL OR folder = :folder
                        """)
                .bind("folder", folder.orElse(null))
                .mapTo(long.class)
                .one();
        if (cursor >= through) {
            return Optional.empty();
        }
        long kept = handle.createQuery("SELECT count(*) FROM journal WHERE cursor > :cursor AND cursor <= :through")
                .bind("cursor", cursor)
                .bind("through", through)
                .mapTo(long.class)
                .one();
        long gone = through - cursor - kept;
        long resume =
                entries.isEmpty() ? through : Math.min(through, entries.get(0).cursor() - 1);
        return gone == 0 ? Optional.empty() : Optional.of(new Gap(gone, resume));
    }

    /** Drops what is too old or too much; appends do so now and then, a quiet daemon once a day. */
    public void prune(Instant now) {
        database.write(handle -> {
            prune(handle, now);
            return true;
        });
    }

    private void prune(Handle handle, Instant now) {
        long oldest = now.minus(retention.age()).toEpochMilli();
        List<String> folders = handle.createQuery("SELECT DISTINCT folder FROM journal")
                .mapTo(String.class)
                .list();
        for (String folder : folders) {
            long through = handle.createQuery("""
                            SELECT max(
                                coalesce((SELECT cursor FROM journal WHERE folder = :folder
                                    ORDER BY cursor DESC LIMIT 1 OFFSET :entries), 0),
                                coalesce((SELECT max(cursor) FROM journal
                                    WHERE folder = :folder AND time < :oldest), 0))
                            """)
                    .bind("folder", folder)
                    .bind("entries", retention.entries())
                    .bind("oldest", oldest)
                    .mapTo(long.class)
                    .one();
            if (through > 0) {
                handle.execute("DELETE FROM journal WHERE folder = ? AND cursor <= ?", folder, through);
                handle.execute("""
                        INSERT INTO journal_pruned (folder, through) VALUES (?, ?)
                        ON CONFLICT (folder) DO UPDATE SET through = excluded.through
                        """, folder, through);
            }
        }
    }

    private static String encode(Map<String, String> fields) {
        try {
            return JSON.writeValueAsString(fields);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> decode(String fields) {
        try {
            return JSON.readValue(fields, FIELDS);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
