package dev.tandem.assistant;

import dev.tandem.assistant.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Small writes to the store from threads that must not wait for the disk: kept in memory, made in order by one thread,
 * many in one transaction. What is in memory when the power goes is lost; only what nobody was promised goes here.
 */
final class Writes {
    private static final Logger LOG = LoggerFactory.getLogger(Writes.class);

    /** In one transaction: it takes a few milliseconds then, most of it for the disk. */
    private static final int BATCH = 1000;

    /** With a disk that stands still; a line of the journal takes about half a KiB. */
    static final int MAX_WAITING = 100_000;

    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private final Store store;
    private final Executor thread;
    private final Consumer<RuntimeException> failed;

    Writes(Store store, Executor thread, Consumer<RuntimeException> failed) {
        this.store = store;
        this.thread = thread;
        this.failed = failed;
    }

    /** Makes it soon; never waits. False if too much is waiting, and then it is not made. */
    boolean add(Runnable write) {
        if (count.get() >= MAX_WAITING) {
            dropped.incrementAndGet();
            return false;
        }
        waiting.add(write);
        if (count.getAndIncrement() == 0) {
            schedule();
        }
        return true;
    }

    /** How many were not made since the last time this was asked. */
    long takeDropped() {
        return dropped.getAndSet(0);
    }

    private void schedule() {
        try {
            thread.execute(this::drain);
        } catch (RejectedExecutionException closed) {
            LOG.debug("the daemon has ended; {} writes are not made", count.get());
        }
    }

    private void drain() {
        List<Runnable> batch = new ArrayList<>();
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
            batch.add(next);
            if (batch.size() == BATCH) {
                break;
            }
        }
        try {
            store.transaction(() -> batch.forEach(Runnable::run));
        } catch (RuntimeException one) {
            LOG.debug("a batch of {} writes failed; each is made alone", batch.size(), one);
            batch.forEach(this::alone);
        }
        if (count.addAndGet(-batch.size()) > 0) {
            schedule();
        }
    }

    private void alone(Runnable write) {
        try {
            write.run();
        } catch (RuntimeException failure) {
            LOG.warn("a write to the database failed", failure);
            failed.accept(failure);
        }
    }
}
