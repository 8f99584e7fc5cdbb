package dev.tandem.assistant;

import dev.tandem.assistant.core.Effect;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.FolderCore;
import dev.tandem.assistant.core.FolderSnapshot;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that decides about a folder: takes events in order, lets the core judge, hands the effects out.
 *
 * <p>{@link #post} never blocks. Effects are handed to a handler that never blocks either. The queue is bounded by what
 * posts to it: the watch batches, and every client has at most a few requests under way.
 */
final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration END = Duration.ofSeconds(2);

    private final BlockingQueue<Optional<Event>> events = new LinkedBlockingQueue<>();
    private final FolderCore core;
    private final InstantSource clock;
    private volatile @Nullable Thread thread;
    private final String folder;
    private volatile FolderSnapshot snapshot;

    /** A dispatcher at rest; what is posted waits for its start. */
    Dispatcher(String folder, FolderCore core, InstantSource clock) {
        this.folder = folder;
        this.core = core;
        this.clock = clock;
        snapshot = core.snapshot();
    }

    /** Starts to decide; effects go to that handler, which never blocks. */
    void start(Effect.Handler handler) {
        Thread started = Threads.named(folder + "-dispatch").newThread(() -> run(handler));
        thread = started;
        started.start();
    }

    /** Something happened. Any thread. */
    void post(Event event) {
        events.add(Optional.of(event));
    }

    /** How the folder stood after the last event. Any thread. */
    FolderSnapshot snapshot() {
        return snapshot;
    }

    /** Handles what was posted before, then ends. */
    void close() throws InterruptedException {
        events.add(Optional.empty());
        Thread ending = thread;
        if (ending != null) {
            ending.join(END.toMillis());
        }
    }

    private void run(Effect.Handler handler) {
        try {
            for (Optional<Event> event = events.take(); event.isPresent(); event = events.take()) {
                step(event.get(), handler);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void step(Event event, Effect.Handler handler) {
        try {
            List<Effect> effects = core.handle(event, clock.instant());
            snapshot = core.snapshot();
            LOG.debug("{} -> {}", event, effects);
            effects.forEach(effect -> effect.runBy(handler));
        } catch (RuntimeException bug) {
            // an event that cannot be handled must not take the folder down with it
            LOG.error("could not handle {}", event, bug);
            handler.raise(
                    "bug",
                    "error",
                    "Tandem met a fault of its own (" + bug + "); your files are untouched; see the log");
        }
    }
}
