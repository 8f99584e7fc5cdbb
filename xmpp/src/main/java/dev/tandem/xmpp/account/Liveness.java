package dev.tandem.xmpp.account;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices that a connection is dead although nobody says so: a router has forgotten it, or the server hangs. After 20
 * to 40 s without a word from the server it is pinged and has 20 s to answer, so that takes 60 s at most; where not
 * even the ping can leave, 100 s. (Of a patience of 20 s, that is.)
 */
final class Liveness {
    /** So many checks in a row without a word are the end. */
    private static final int SILENT_CHECKS = 4;

    private final ScheduledExecutorService timers;
    private final Executor own;
    private final Duration patience;
    private volatile @Nullable Future<?> checking;

    // of the own thread
    private long lastReceived;
    private int silent;

    /** {@code own}: where checks are made, one at a time; they never block. */
    Liveness(ScheduledExecutorService timers, Executor own, Duration patience) {
        this.timers = timers;
        this.own = own;
        this.patience = patience;
    }

    /** From now on this one; called on the own thread. */
    void watch(ServerConnection connection) {
        stop();
        lastReceived = -1;
        silent = 0;
        checking = timers.scheduleWithFixedDelay(
                () -> own.execute(() -> check(connection)),
                patience.toMillis(),
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** From any thread. */
    void stop() {
        Future<?> last = checking;
        if (last != null) {
            last.cancel(false);
        }
    }

    private void check(ServerConnection connection) {
        long last = connection.lastReceived();
        silent = last == lastReceived ? silent + 1 : 0;
        lastReceived = last;
        if (silent >= SILENT_CHECKS) {
            connection.pronounceDead();
        } else if (silent > 0) {
            connection.ping();
        }
    }
}
