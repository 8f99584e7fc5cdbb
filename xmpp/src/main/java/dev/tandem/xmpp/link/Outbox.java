package dev.tandem.xmpp.link;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Frames on their way out: small ones go before bulk data, whoever came first, and writers of bulk data wait while much
 * of it is queued.
 */
final class Outbox {
    /** Enough to keep the carrier busy; more would only make everybody else's bulk data wait. */
    private static final int MAX_BULK_BYTES = 512 * 1024;

    /** Small frames are bounded by the number of calls; beyond this, the peer or we have gone mad. */
    private static final int MAX_CONTROL_FRAMES = 100_000;

    private final Deque<Frame> control = new ArrayDeque<>();
    private final Deque<Frame> bulk = new ArrayDeque<>();
    private int bulkBytes;
    private @Nullable String closed;
    private final Runnable filled;

    /** For a thread that waits in {@link #take}. */
    Outbox() {
        this(() -> {});
    }

    /** Runs {@code filled} after each frame that came in: for those who {@link #poll}. */
    Outbox(Runnable filled) {
        this.filled = filled;
    }

    /** Queues a small frame; never blocks. */
    void control(Frame frame) throws IOException {
        synchronized (this) {
            failIfClosed();
            if (control.size() >= MAX_CONTROL_FRAMES) {
                throw new IOException("the link is flooded");
            }
            control.add(frame);
            notifyAll();
        }
        filled.run();
    }

    /** Queues stream data, waiting while there is much of it. */
    void bulk(Frame frame) throws IOException, InterruptedException {
        synchronized (this) {
            while (bulkBytes >= MAX_BULK_BYTES && closed == null) {
                wait();
            }
            failIfClosed();
            bulk.add(frame);
            bulkBytes += frame.payload().length;
            notifyAll();
        }
        filled.run();
    }

    /** The next frame to send; waits for one. */
    synchronized Frame take() throws IOException, InterruptedException {
        while (control.isEmpty() && bulk.isEmpty() && closed == null) {
            wait();
        }
        if (control.isEmpty()) {
            failIfClosed();
        }
        return next();
    }

    /** The next frame to send, or null if there is none now. */
    synchronized @Nullable Frame poll() {
        return control.isEmpty() && (bulk.isEmpty() || closed != null) ? null : next();
    }

    private Frame next() {
        if (!control.isEmpty()) {
            return control.remove();
        }
        Frame next = bulk.remove();
        bulkBytes -= next.payload().length;
        notifyAll();
        return next;
    }

    /** Lets what is small still leave, and nothing else in. */
    synchronized void close(String reason) {
        if (closed == null) {
            closed = reason;
            notifyAll();
        }
    }

    private void failIfClosed() throws IOException {
        if (closed != null) {
            throw new IOException(closed);
        }
    }
}
