package dev.tandem.assistant;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The one place where threads are made: all are named {@code tandem-…} and none keeps the process alive. */
final class Threads {
    /** Idle workers end after this: a quiet daemon holds no stacks. */
    private static final long IDLE_SECONDS = 20;

    private Threads() {}

    /** Threads that are called {@code tandem-name-1}, {@code -2} … */
    static ThreadFactory named(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "tandem-" + name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** At most {@code most} workers, and a queue in front of them; workers end when there is nothing to do. */
    static ExecutorService pool(String name, int most) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                most, most, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** A worker for each task, as many as there are tasks: only for tasks whose number something else bounds. */
    static ExecutorService unbounded(String name) {
        return Executors.newCachedThreadPool(named(name));
    }

    /** Timers; what they run must not block. */
    static ScheduledExecutorService timers(String name) {
        ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, named(name));
        timers.setRemoveOnCancelPolicy(true);
        return timers;
    }
}
