package dev.tandem.xmpp.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** By the clock, over a direct connection on loopback. */
@DisplayName("A limit on the rate of all links")
@Timeout(60)
@SuppressWarnings("NullAway") // fields that JUnit sets, queues that are polled
class RatesIT {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int RATE = 1_000_000;
    private static final int BYTES = 4_000_000;
    private final BlockingQueue<LinkStream> opened = new LinkedBlockingQueue<>();
    private TwoEnds ends;

    @BeforeEach
    void direct(@TempDir Path directory) throws Exception {
        ends = new TwoEnds(directory);
        for (TwoEnds.End end : List.of(ends.one, ends.two)) {
            end.links.register("echo", (from, body) -> CompletableFuture.completedFuture(body));
            end.links.registerStream("content", Priority.BACKGROUND, (from, body, stream) -> opened.add(stream));
        }
        ends.meet();
        ends.one.next();
        ends.two.next();
        ends.one.links.openDirect(0, Reach.MACHINE);
        ends.two.links.openDirect(0, Reach.MACHINE);
        await().until(() -> isDirect(ends.one, ends.two) && isDirect(ends.two, ends.one));
    }

    @AfterEach
    void close() {
        ends.close();
    }

    private static boolean isDirect(TwoEnds.End here, TwoEnds.End there) {
        return here.links.states(there.identity.id()).stream()
                .anyMatch(state -> state.carrierKind().equals("direct"));
    }

    /** Waits a little; requests count, and too many of them would be what the rate goes to. */
    private static boolean ended(CompletableFuture<Integer> reading) throws Exception {
        try {
            reading.get(50, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException running) {
            return false;
        }
    }

    /** Bytes a second; and the slowest request meanwhile is quick. */
    private double transfer() throws Exception {
        LinkStream out = ends.one.links.open(ends.two.identity.id(), "content", new byte[0], LONG);
        LinkStream in = opened.poll(10, TimeUnit.SECONDS);
        long begin = System.nanoTime();
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            try {
                out.output().write(new byte[BYTES]);
                out.end();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        });
        CompletableFuture<Integer> reading = CompletableFuture.supplyAsync(() -> {
            try {
                return in.input().readAllBytes().length;
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        });
        long slowest = 0;
        while (!ended(reading)) {
            long asked = System.nanoTime();
            ends.one
                    .links
                    .request(ends.two.identity.id(), "echo", new byte[100], LONG)
                    .get();
            slowest = Math.max(slowest, System.nanoTime() - asked);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        writing.get(10, TimeUnit.SECONDS);
        assertThat(reading.get()).isEqualTo(BYTES);
        assertThat(Duration.ofNanos(slowest)).isLessThan(Duration.ofMillis(500));
        return BYTES / seconds;
    }

    @Test
    @DisplayName("up is kept within 10 %, and requests do not wait for it")
    void up() throws Exception {
        ends.one.links.limit(new Rates(RATE, 0));

        assertThat(transfer()).isBetween(0.9 * RATE, 1.1 * RATE);
    }

    @Test
    @DisplayName("down is kept within 10 %, and requests do not wait for it")
    void down() throws Exception {
        ends.two.links.limit(new Rates(0, RATE));

        assertThat(transfer()).isBetween(0.9 * RATE, 1.1 * RATE);
    }

    @Test
    @DisplayName("is over as soon as it is lifted")
    void lifted() throws Exception {
        ends.one.links.limit(new Rates(1_000, 0));
        ends.two.links.limit(new Rates(0, 1_000));
        CompletableFuture<Double> transfer = CompletableFuture.supplyAsync(() -> {
            try {
                return transfer();
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        });
        await().until(() -> ends.one.links.traffic().streams() > 0);
        ends.one.links.limit(Rates.FREE);
        ends.two.links.limit(Rates.FREE);

        assertThat(transfer.get(10, TimeUnit.SECONDS)).isGreaterThan(RATE / 2.0);
    }
}
