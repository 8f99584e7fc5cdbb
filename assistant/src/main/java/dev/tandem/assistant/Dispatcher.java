package dev.tandem.assistant;

import dev.tandem.assistant.core.Effect;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.FolderCore;
import dev.tandem.assistant.core.FolderSnapshot;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a folder's events in order, lets the core judge, hands the effects out: one event at a time, on one thread.
 *
 * <p>{@link #post} never blocks. Effects are handed to a handler that never blocks either. What waits is bounded by
 * what posts: the watch batches, a client has at most a few messages under way (a link lets no more in), and a job ends
 * in one event.
 */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    /** How many events may be handled before others may use the thread. */
    private static final int BATCH = 256;

    private final Queue<Event> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    /** Guarded by itself: one step at a time, and nobody looks in the middle of one. */
    private final FolderCore core;

    private final InstantSource clock;
    private final Executor thread;
    private volatile Effect.@Nullable Handler handler;
    private volatile boolean stopped;

    /** A dispatcher at rest on an executor of one thread; what is posted waits for its start. */
    public Dispatcher(FolderCore core, InstantSource clock, Executor thread) {
        this.core = core;
        this.clock = clock;
        this.thread = thread;
    }

    /** Starts to decide; effects go to that handler, which never blocks. */
    public void start(Effect.Handler effects) {
        handler = effects;
        if (waiting.get() > 0) {
            schedule();
        }
    }

    /** Something happened. Any thread. */
    public void post(Event event) {
        events.add(event);
        if (waiting.getAndIncrement() == 0 && handler != null) {
            schedule();
        }
    }

    /** How the folder stands between two events. Any thread; waits for one step at most. */
    public FolderSnapshot snapshot() {
        synchronized (core) {
            return core.snapshot();
        }
    }

    /** Handles nothing more; the event under way is handled to its end. */
    public void stop() {
        stopped = true;
    }

    private void schedule() {
        try {
            thread.execute(this::run);
        } catch (RejectedExecutionException closing) {
            LOG.debug("the folder is closed; nothing is decided any more");
        }
    }

    private void run() {
        Effect.Handler effects = handler;
        int handled = 0;
        while (effects != null && !stopped && handled < BATCH) {
            Event event = events.poll();
            if (event == null) {
                break;
            }
            step(event, effects);
            handled++;
        }
        if (waiting.addAndGet(-handled) > 0 && !stopped) {
            schedule();
        }
    }

    private void step(Event event, Effect.Handler to) {
        try {
            List<Effect> effects;
            synchronized (core) {
                effects = core.handle(event, clock.instant());
            }
            LOG.debug("{} -> {}", event, effects);
            effects.forEach(effect -> effect.runBy(to));
        } catch (RuntimeException bug) {
            // an event that cannot be handled must not take the folder down with it
            LOG.error("could not handle {}", event, bug);
            to.raise(
                    "bug",
                    "error",
                    "Tandem met a fault of its own (" + bug + "); your files are untouched; see the log");
        }
    }
}
