package dev.tandem.assistant;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Gives memory back to the system after a burst: a heap that grew for a first sync of 50,000 files would otherwise stay
 * as large as it was for as long as the daemon is idle, because an idle heap is never collected.
 */
final class MemoryRelease implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(20);

    /** What an idle daemon with a large folder needs; above it a collection is worth its tenth of a second. */
    private static final long ENOUGH_BYTES = 64L << 20;

    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    private final ScheduledFuture<?> looking;
    private long usedBefore;

    MemoryRelease(ScheduledExecutorService timers) {
        looking = timers.scheduleWithFixedDelay(this::look, LOOK.toSeconds(), LOOK.toSeconds(), TimeUnit.SECONDS);
    }

    private void look() {
        long used = memory.getHeapMemoryUsage().getUsed();
        boolean quiet = Math.abs(used - usedBefore) < ENOUGH_BYTES / 8;
        boolean large = memory.getHeapMemoryUsage().getCommitted() > 2 * ENOUGH_BYTES || used > ENOUGH_BYTES;
        if (quiet && large) {
            memory.gc();
            used = memory.getHeapMemoryUsage().getUsed();
        }
        usedBefore = used;
    }

    @Override
    public void close() {
        looking.cancel(false);
    }
}
