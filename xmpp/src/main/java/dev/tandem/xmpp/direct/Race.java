package dev.tandem.xmpp.direct;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.carrier.Carrier;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries several candidates of one device, one after the other but not waiting for each to fail, and keeps the first
 * that proves to be that device (after RFC 8305).
 *
 * <p>The next one is tried 250 ms after the one before, at once when all that were tried have failed; after 10 s all is
 * over. Threads: those of the executor, each for one candidate; the lock guards the fields, and nothing blocks or calls
 * out under it.
 */
public final class Race<T> {
    /** Between two candidates: RFC 8305, section 5. */
    static final Duration STAGGER = Duration.ofMillis(250);

    /** For all together. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Race.class);

    /** What makes a connection worth having: the handshake. */
    @FunctionalInterface
    public interface Attempt<T> {
        /**
         * Blocks until it is known; the carrier is closed under it when the race is over.
         *
         * @throws IOException if this is not the device that is meant
         */
        T over(Carrier carrier) throws IOException;
    }

    private final Dialer dialer;
    private final Attempt<T> attempt;
    private final Executor executor;
    private final ScheduledExecutorService timers;
    private final Ticker ticker;
    private final long deadline;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Object lock = new Object();
    private final Deque<Candidate> left;
    private final Set<Carrier> open = new HashSet<>();
    private int running;
    private @Nullable ScheduledFuture<?> next;

    private Race(
            List<Candidate> candidates,
            Dialer dialer,
            Attempt<T> attempt,
            Executor executor,
            ScheduledExecutorService timers,
            Ticker ticker) {
        left = new ArrayDeque<>(candidates);
        this.dialer = dialer;
        this.attempt = attempt;
        this.executor = executor;
        this.timers = timers;
        this.ticker = ticker;
        deadline = ticker.read() + LIMIT.toNanos();
    }

    /**
     * Starts trying.
     *
     * @param candidates best first
     * @param executor gives each candidate a thread; must not run it on the caller's
     * @return what the first successful attempt returned; fails with an {@link IOException} that says why the last one
     *     failed. Whoever cancels or completes it closes every connection of the race; one that is being made then is
     *     closed as soon as it is there.
     */
    public static <T> CompletableFuture<T> start(
            List<Candidate> candidates,
            Dialer dialer,
            Attempt<T> attempt,
            Executor executor,
            ScheduledExecutorService timers,
            Ticker ticker) {
        return new Race<>(candidates, dialer, attempt, executor, timers, ticker).run();
    }

    private CompletableFuture<T> run() {
        ScheduledFuture<?> limit = timers.schedule(this::tooLate, LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        var unused = result.whenComplete((won, lost) -> {
            limit.cancel(false);
            over();
        });
        if (candidatesLeft()) {
            startNext();
        } else {
            result.completeExceptionally(new IOException("there is no address to try"));
        }
        return result;
    }

    private boolean candidatesLeft() {
        synchronized (lock) {
            return !left.isEmpty();
        }
    }

    private void startNext() {
        Candidate candidate;
        synchronized (lock) {
            if (next != null) {
                next.cancel(false);
                next = null;
            }
            candidate = result.isDone() ? null : left.poll();
            if (candidate != null) {
                running++;
                if (!left.isEmpty()) {
                    next = timers.schedule(this::startNext, STAGGER.toNanos(), TimeUnit.NANOSECONDS);
                }
            }
        }
        if (candidate == null) {
            return; // over, or all are being tried
        }
        try {
            executor.execute(() -> tryOne(candidate));
        } catch (RejectedExecutionException stopping) {
            failed("the daemon stops");
        }
    }

    private void tryOne(Candidate candidate) {
        Carrier carrier = null;
        try {
            carrier = dialer.connect(candidate.address(), Duration.ofNanos(deadline - ticker.read()));
            if (keep(carrier)) {
                won(carrier, attempt.over(carrier));
                return;
            }
            carrier.close("another connection was first");
        } catch (IOException lost) {
            LOG.debug("not at {}", candidate, lost);
            drop(carrier);
            failed(String.valueOf(lost.getMessage()));
        } catch (RuntimeException bug) {
            LOG.error("trying {} failed", candidate, bug);
            drop(carrier);
            failed("trying " + candidate + " failed");
        }
    }

    private boolean keep(Carrier carrier) {
        synchronized (lock) {
            return !result.isDone() && open.add(carrier);
        }
    }

    private void won(Carrier carrier, T prize) {
        synchronized (lock) {
            if (!open.remove(carrier)) {
                return; // closed when the race was over
            }
        }
        if (!result.complete(prize)) {
            carrier.close("another connection was first");
        }
    }

    private void drop(@Nullable Carrier carrier) {
        if (carrier != null) {
            synchronized (lock) {
                open.remove(carrier);
            }
            carrier.close("it did not prove to be the device");
        }
    }

    /** One that was tried has failed. */
    private void failed(String why) {
        boolean nothingRuns;
        boolean more;
        synchronized (lock) {
            running--;
            nothingRuns = running == 0;
            more = !left.isEmpty();
        }
        if (nothingRuns && more) {
            startNext();
        } else if (nothingRuns) {
            result.completeExceptionally(new IOException(why));
        }
    }

    private void tooLate() {
        result.completeExceptionally(new IOException("no connection within " + LIMIT.toSeconds() + " s"));
    }

    private void over() {
        List<Carrier> losers;
        synchronized (lock) {
            if (next != null) {
                next.cancel(false);
                next = null;
            }
            left.clear();
            losers = List.copyOf(open);
            open.clear();
        }
        losers.forEach(carrier -> carrier.close("another connection was first"));
    }
}
