package dev.tandem.assistant.desktop;

import dev.tandem.assistant.store.Journal;
import dev.tandem.assistant.store.JournalCursors;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the journal under a name of its own and tells the person of what {@link Notice} finds worth it: nothing twice,
 * also across restarts, nothing that they have seen elsewhere, and never more than a few in a minute, whatever happens.
 *
 * <p>While nobody can be told, the last things stay to be told, for a day. One thread runs it and owns its state.
 */
public final class Notifier implements Runnable {
    /** What the reader of the journal is called. */
    static final String NAME = "notifications";

    /** A person reads no more; the last of them says how much there is besides. */
    static final int MOST_A_MINUTE = 4;

    /** What is older is history: the journal has it. */
    static final Duration NEWS = Duration.ofDays(1);

    /** Nobody may log in for hours, and looking costs a connection. */
    static final Duration TRY_AGAIN = Duration.ofMinutes(5);

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration IDLE = Duration.ofHours(1);
    private static final int PAGE = 200;

    /** More is counted and not kept: {@link #MOST_A_MINUTE} of them are told one by one at most. */
    private static final int MOST_WAITING = 50;

    private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

    private final JournalCursors cursors;
    private final Bus bus;
    private final InstantSource clock;
    private final Deque<Instant> told = new ArrayDeque<>(); // of the last minute, so MOST_A_MINUTE at most
    private final List<Notice> waiting = new ArrayList<>();
    private int uncounted;
    private boolean silent;

    /** Shows notices to a person. */
    interface Bus {
        /** Shows some, in order; fails if there is nobody to show them, which may change. */
        void show(List<Notice> notices) throws IOException;
    }

    Notifier(JournalCursors cursors, Bus bus, InstantSource clock) {
        this.cursors = cursors;
        this.bus = bus;
        this.clock = clock;
    }

    /**
     * The notifier of this session's bus.
     *
     * @param address of the bus, as in {@code DBUS_SESSION_BUS_ADDRESS}
     */
    public static Notifier onBus(String address, JournalCursors cursors, InstantSource clock) {
        return new Notifier(cursors, new SessionBus(address), clock);
    }

    /** Until the thread is interrupted. */
    @Override
    public void run() {
        try (JournalCursors.Reader reader = cursors.open(NAME, JournalCursors.Start.NOW, clock.instant())) {
            while (!Thread.currentThread().isInterrupted()) {
                reader.await(turn(reader));
            }
        } catch (RuntimeException failure) { // the thread's outermost frame
            if (!Thread.currentThread().isInterrupted()) {
                LOG.warn("no more notifications until the next start", failure);
            }
        }
    }

    /** Takes up what is new and tells what may be told; gives how long there is nothing to do but for news. */
    Duration turn(JournalCursors.Reader reader) {
        Journal.Page page = reader.next(PAGE);
        take(page);
        if (page.entries().size() == PAGE) {
            return Duration.ZERO;
        }
        if (waiting.isEmpty()) {
            return IDLE;
        }
        Instant now = clock.instant();
        while (!told.isEmpty() && !told.getFirst().plus(MINUTE).isAfter(now)) {
            told.removeFirst();
        }
        int free = MOST_A_MINUTE - told.size();
        if (free == 0) {
            return Duration.between(now, told.getFirst().plus(MINUTE));
        }
        return tell(free, now, reader) ? IDLE : TRY_AGAIN;
    }

    private void take(Journal.Page page) {
        Instant oldest = clock.instant().minus(NEWS);
        long seen = cursors.seen();
        for (Journal.Entry entry : page.entries()) {
            if (entry.cursor() > seen && entry.time().isAfter(oldest)) {
                Notice.of(entry).ifPresent(this::keep);
            }
        }
    }

    private void keep(Notice notice) {
        if (waiting.size() < MOST_WAITING) {
            waiting.add(notice);
        } else {
            uncounted++;
        }
    }

    private boolean tell(int free, Instant now, JournalCursors.Reader reader) {
        int count = waiting.size() + uncounted;
        List<Notice> batch = new ArrayList<>(waiting.subList(0, count <= free ? count : free - 1));
        if (count > free) {
            batch.add(Notice.ofMany(count - batch.size()));
        }
        try {
            bus.show(batch);
        } catch (IOException nobody) {
            if (!silent) {
                LOG.debug("nobody to tell: {}", nobody.getMessage());
            }
            silent = true;
            return false;
        }
        silent = false;
        batch.forEach(notice -> told.addLast(now));
        waiting.clear();
        uncounted = 0;
        reader.acknowledge(reader.position());
        return true;
    }
}
