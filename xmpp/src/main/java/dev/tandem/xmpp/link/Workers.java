package dev.tandem.xmpp.link;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads of the links: the one place of this package that makes them. */
final class Workers {
    private static final int REQUESTS_AT_ONCE = 16;
    private static final long IDLE_SECONDS = 20;

    private Workers() {}

    /** Hands requests and streams over; what waits is bounded by the links, each of which has one task there. */
    static ExecutorService requests(ThreadFactory threads) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                REQUESTS_AT_ONCE,
                REQUESTS_AT_ONCE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                threads);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** A thread for each link's reader and writer and each handshake. */
    static ExecutorService unbounded(ThreadFactory threads) {
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), threads);
    }

    /** One thread, so that events are told in order. */
    static ExecutorService inOrder(ThreadFactory threads) {
        return Executors.newSingleThreadExecutor(threads);
    }
}
