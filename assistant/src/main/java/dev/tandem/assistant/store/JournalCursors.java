package dev.tandem.assistant.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;

/**
 * Where the readers of the journal are, by name: what a reader has acknowledged it is not given again, also after a
 * restart of the reader or of the daemon; what it has not acknowledged it is (at least once). A reader that is slow, or
 * never comes back, holds nothing up and nothing back: what is no longer kept is told to it as a gap.
 *
 * <p>Any thread; an acknowledgement waits for the disk. Lock order: this before the store.
 */
public final class JournalCursors {
    /** More programs than read one daemon's journal; beyond it, the name that was unused for longest is forgotten. */
    static final int MAX_NAMES = 64;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    /** The row of the user, who is no reader. */
    private static final String USER = "";

    private final Database database;
    private final Journal journal;
    private final List<LongConsumer> seenListeners = new CopyOnWriteArrayList<>();

    /** Of the names that were used since the daemon started; has no other names than the database. */
    @GuardedBy("this")
    private final Map<String, Place> places = new HashMap<>();

    JournalCursors(Database database, Journal journal) {
        this.database = database;
        this.journal = journal;
    }

    /** Where a reader begins that has never been there before. */
    public enum Start {
        /** With the oldest entry that is kept. */
        OLDEST,
        /** With what happens from now on. */
        NOW
    }

    /**
     * A name that is remembered.
     *
     * @param cursor the last entry that was acknowledged
     * @param used when it was last opened
     */
    public record Named(String name, long cursor, Instant used) {}

    /** What the readers of one name have in common. */
    private static final class Place {
        private long acknowledged;
        private long delivered;
        private int readers;

        private Place(long acknowledged) {
            this.acknowledged = acknowledged;
            delivered = acknowledged;
        }
    }

    /** Whether a name may be that of a reader: up to 64 small letters, digits, dots and dashes. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /**
     * Begins to read after what was last acknowledged under that name. While another reader of the same name is open,
     * only what happens from now on is given to this one: the other has the rest.
     *
     * @throws IllegalArgumentException if that cannot be a name
     * @throws IllegalStateException if {@link #MAX_NAMES} others are open
     */
    @SuppressWarnings("GuardedBy") // the transaction's lambda runs here, under this lock
    public synchronized Reader open(String name, Start start, Instant now) {
        if (!isName(name)) {
            throw new IllegalArgumentException("not a name of a reader: " + name);
        }
        Place known = places.get(name);
        boolean shared = known != null && known.readers > 0;
        long cursor = database.write(handle -> {
            long begin = cursor(handle, name).orElse(start == Start.NOW ? journal.last() : 0);
            makeRoom(handle, name);
            handle.execute("""
                    INSERT INTO journal_reader (name, cursor, used) VALUES (?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET used = excluded.used
                    """, name, begin, now.toEpochMilli());
            return begin;
        });
        // a database from a backup may be behind its reader, who is told so, and then goes on from there
        Place place = known != null ? known : new Place(cursor > journal.last() ? 0 : cursor);
        place.readers++;
        places.put(name, place);
        return new Reader(name, place, shared ? journal.last() : cursor);
    }

    /**
     * The same as {@link Reader#acknowledge}, for a reader that is not open now, but was since the daemon started.
     *
     * @throws IllegalArgumentException if that entry was given to no reader of this name
     */
    public synchronized void acknowledge(String name, long cursor) {
        Place place = places.get(name);
        if (place == null) {
            throw new IllegalArgumentException("nothing was given to " + name + " yet");
        }
        acknowledge(name, place, cursor);
    }

    @GuardedBy("this")
    private void acknowledge(String name, Place place, long cursor) {
        if (cursor > place.delivered) {
            throw new IllegalArgumentException(
                    "the entry " + cursor + " was not given to " + name + " yet, only up to " + place.delivered);
        }
        if (cursor > place.acknowledged) {
            var unused = database.write(handle ->
                    handle.execute("UPDATE journal_reader SET cursor = ? WHERE name = ?", cursor, name));
            place.acknowledged = cursor;
        }
    }

    @GuardedBy("this")
    private boolean isOpen(String name) {
        Place place = places.get(name);
        return place != null && place.readers > 0;
    }

    /** All names that are remembered, the one that was used last first. */
    public List<Named> list() {
        return database.read(handle -> handle.createQuery(
                        "SELECT * FROM journal_reader WHERE name <> '' ORDER BY used DESC, name")
                .map((row, context) -> new Named(
                        row.getString("name"), row.getLong("cursor"), Instant.ofEpochMilli(row.getLong("used"))))
                .list());
    }

    /** Forgets a name; false if there is none, or it is open. */
    public synchronized boolean forget(String name) {
        if (!isName(name) || isOpen(name)) {
            return false;
        }
        places.remove(name);
        return database.write(handle -> handle.execute("DELETE FROM journal_reader WHERE name = ?", name)) > 0;
    }

    /**
     * Up to where the user has seen what happened, wherever that was shown; 0 if nowhere yet. Has nothing to do with
     * what was delivered to any reader.
     */
    public long seen() {
        return database.read(handle -> cursor(handle, USER)).orElse(0L);
    }

    /**
     * The user has seen everything up to an entry; only moves forward.
     *
     * @return false if that had been seen before
     * @throws IllegalArgumentException if there is no such entry yet
     */
    public boolean seen(long cursor) {
        if (cursor > journal.last()) {
            throw new IllegalArgumentException("nothing has happened yet that is called " + cursor);
        }
        boolean news = database.write(handle -> handle.execute("""
                        INSERT INTO journal_reader (name, cursor, used) VALUES (?, ?, 0)
                        ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor WHERE cursor < excluded.cursor
                        """, USER, cursor)) > 0;
        if (news) {
            seenListeners.forEach(listener -> listener.accept(cursor));
        }
        return news;
    }

    /** Is told, quickly please, whenever the user has seen more: what is shown of that can go. */
    public void onSeen(LongConsumer listener) {
        seenListeners.add(listener);
    }

    @GuardedBy("this")
    private void makeRoom(Handle handle, String name) {
        List<String> others = handle.createQuery(
                        "SELECT name FROM journal_reader WHERE name NOT IN ('', :name) ORDER BY used, name")
                .bind("name", name)
                .mapTo(String.class)
                .list();
        int tooMany = others.size() - (MAX_NAMES - 1);
        for (String other : others) {
            if (tooMany > 0 && !isOpen(other)) {
                places.remove(other);
                handle.execute("DELETE FROM journal_reader WHERE name = ?", other);
                tooMany--;
            }
        }
        if (tooMany > 0) {
            throw new IllegalStateException("too many programs read the journal under names of their own");
        }
    }

    private static Optional<Long> cursor(Handle handle, String name) {
        return handle.createQuery("SELECT cursor FROM journal_reader WHERE name = :name")
                .bind("name", name)
                .mapTo(Long.class)
                .findOne();
    }

    /** One who reads under a name. Its own thread reads; any thread acknowledges or closes. */
    public final class Reader implements AutoCloseable {
        private final String name;

        @GuardedBy("JournalCursors.this")
        private final Place place;

        @GuardedBy("JournalCursors.this")
        private boolean closed;

        private volatile long position;

        private Reader(String name, Place place, long position) {
            this.name = name;
            this.place = place;
            this.position = position;
        }

        /** The last entry that this reader was given; where its next page begins. */
        public long position() {
            return position;
        }

        /** What comes next, if there is anything: first a gap, then entries in order. Acknowledges nothing. */
        public Journal.Page next(int limit) {
            Journal.Page page = journal.page(position, limit, Optional.empty());
            page.gap().ifPresent(gap -> position = gap.resume());
            if (!page.entries().isEmpty()) {
                position = page.entries().get(page.entries().size() - 1).cursor();
            }
            deliver(position);
            return page;
        }

        /** This reader is being given everything up to an entry, by other means than {@link #next}. */
        public void deliver(long cursor) {
            synchronized (JournalCursors.this) {
                place.delivered = Math.max(place.delivered, cursor);
            }
        }

        /** Waits until there is something next; false if not in time, or the journal was closed. */
        public boolean await(Duration timeout) {
            return journal.await(position, timeout);
        }

        /**
         * Everything up to an entry need not be given again; it is on disk when this returns. An older one than before
         * changes nothing.
         *
         * @throws IllegalArgumentException if that entry was given to no reader of this name
         */
        public void acknowledge(long cursor) {
            synchronized (JournalCursors.this) {
                if (!closed) {
                    JournalCursors.this.acknowledge(name, place, cursor);
                }
            }
        }

        /** Ends this one; what was acknowledged stays so. */
        @Override
        public void close() {
            synchronized (JournalCursors.this) {
                if (!closed) {
                    closed = true;
                    place.readers--;
                }
            }
        }
    }
}
