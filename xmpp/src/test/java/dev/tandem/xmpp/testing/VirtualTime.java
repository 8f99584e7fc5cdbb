package dev.tandem.xmpp.testing;

import com.google.common.base.Throwables;
import com.google.common.base.Ticker;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * A clock, timers and an executor in one thread: time passes only when nothing is left to do now, and jumps to whatever
 * is due next. What is due at the same time runs in an order that the seed decides, so the same seed is the same run.
 */
public final class VirtualTime extends AbstractExecutorService implements ScheduledExecutorService, InstantSource {
    private final PriorityQueue<Due<?>> due = new PriorityQueue<>();
    private final RandomGenerator random;
    private long nanos;
    private long steps;

    /** Time stands at the epoch; {@code random} decides between what is due at once. */
    public VirtualTime(RandomGenerator random) {
        this.random = random;
    }

    private final class Due<T> extends FutureTask<T> implements ScheduledFuture<T> {
        private final long period;
        private final int order;
        private long at;

        Due(Callable<T> task, long at, long period) {
            super(task);
            this.at = at;
            this.period = period;
            order = random.nextInt();
        }

        void fire() throws Exception {
            if (period == 0) {
                run();
            } else if (runAndReset()) {
                at += period;
                due.add(this);
            }
            if (isDone() && !isCancelled()) {
                get(); // a failure is the test's
            }
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - nanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            Due<?> that = (Due<?>) other;
            return at == that.at ? Integer.compare(order, that.order) : Long.compare(at, that.at);
        }
    }

    /** Nanoseconds since the start. */
    public long nanos() {
        return nanos;
    }

    /** How many tasks have run. */
    public long steps() {
        return steps;
    }

    /** The same time for who reads a ticker. */
    public Ticker ticker() {
        return new Ticker() {
            @Override
            public long read() {
                return nanos;
            }
        };
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(nanos);
    }

    /** Runs the next task, if there is one that is due by {@code until}; says whether there was. */
    public boolean step(long until) {
        Due<?> next = due.peek();
        while (next != null && next.isCancelled()) {
            due.remove();
            next = due.peek();
        }
        if (next == null || next.at > until) {
            return false;
        }
        due.remove();
        nanos = Math.max(nanos, next.at);
        steps++;
        try {
            next.fire();
        } catch (Exception failure) {
            Throwable cause = Throwables.getRootCause(failure);
            throw new IllegalStateException("at " + instant() + ": " + cause, cause);
        }
        return true;
    }

    /** Lets that much time pass. */
    public void pass(long millis) {
        long until = nanos + TimeUnit.MILLISECONDS.toNanos(millis);
        while (step(until)) {
            // until nothing is due any more
        }
        nanos = until;
    }

    /** Runs a task at a time in nanoseconds since the start. */
    public void at(long when, Runnable task) {
        due.add(new Due<>(asCallable(task), Math.max(when, nanos), 0));
    }

    private <T> Due<T> add(Due<T> task) {
        due.add(task);
        return task;
    }

    private static Callable<Boolean> asCallable(Runnable task) {
        return () -> {
            task.run();
            return true;
        };
    }

    @Override
    public void execute(Runnable command) {
        at(nanos, command);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return add(new Due<>(asCallable(command), nanos + unit.toNanos(delay), 0));
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        return add(new Due<>(callable, nanos + unit.toNanos(delay), 0));
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
        return add(new Due<>(asCallable(command), nanos + unit.toNanos(initialDelay), unit.toNanos(period)));
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
        return scheduleAtFixedRate(command, initialDelay, delay, unit);
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Callable<T> callable) {
        return new Due<>(callable, nanos, 0);
    }

    @Override
    public void shutdown() {
        due.clear();
    }

    @Override
    public List<Runnable> shutdownNow() {
        due.clear();
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
