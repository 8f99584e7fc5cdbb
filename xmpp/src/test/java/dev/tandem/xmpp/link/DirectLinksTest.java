package dev.tandem.xmpp.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tandem.xmpp.testing.Repeatedly;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Devices that can reach each other directly")
@Timeout(30)
@SuppressWarnings("NullAway") // fields that JUnit sets, queues that are polled
class DirectLinksTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private final BlockingQueue<LinkStream> opened = new LinkedBlockingQueue<>();
    private TwoEnds ends;

    @BeforeEach
    void create(@TempDir Path directory) throws IOException {
        ends = new TwoEnds(directory);
        for (TwoEnds.End end : List.of(ends.one, ends.two)) {
            end.links.register("echo", (from, body) -> CompletableFuture.completedFuture(body));
            end.links.registerStream("push", (from, body, stream) -> opened.add(stream));
        }
    }

    @AfterEach
    void close() {
        ends.close();
    }

    @Repeatedly
    @DisplayName("get a direct link beside the other, exactly one, without being told that anything was lost")
    void upgrade() throws Exception {
        up();

        direct();

        assertThat(kinds(ends.one, ends.two)).containsExactly("direct", "in-band");
        await().untilAsserted(() -> assertThat(kinds(ends.two, ends.one)).containsExactly("direct", "in-band"));
        assertThat(ends.one.events).isEmpty();
        assertThat(ends.two.events).isEmpty();
        await().untilAsserted(() -> assertThat(ends.one.reroutes).containsExactly("direct"));
    }

    @Test
    @DisplayName("do not lose what runs on the other link meanwhile")
    void runningStream() throws Exception {
        up();
        byte[] content = new byte[3_000_000];
        new Random(1).nextBytes(content);
        LinkStream stream = ends.one.links.open(ends.two.identity.id(), "push", new byte[0], LONG);
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> writeAll(stream, content, ends));
        LinkStream reading = opened.poll(10, TimeUnit.SECONDS);

        assertThat(reading.input().readAllBytes()).isEqualTo(content);

        writing.get(10, TimeUnit.SECONDS);
        assertThat(ends.one.events).isEmpty();
    }

    /** The way opens in the middle of the writing. */
    private static void writeAll(LinkStream stream, byte[] content, TwoEnds ends) {
        try {
            stream.output().write(content, 0, content.length / 2);
            open(ends);
            await().until(() -> kinds(ends.one, ends.two).contains("direct"));
            stream.output().write(content, content.length / 2, content.length - content.length / 2);
            stream.end();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Repeatedly
    @DisplayName("go on through the account when the direct way dies: what was under way fails once, and begins anew")
    void fallback() throws Exception {
        up();
        direct();
        CompletableFuture<byte[]> hanging = hanging();
        LinkStream stream = ends.one.links.open(ends.two.identity.id(), "push", new byte[0], LONG);
        assertThat(opened.poll(10, TimeUnit.SECONDS)).isNotNull();

        ends.one.links.cutDirect();

        assertThatThrownBy(() -> hanging.get(10, TimeUnit.SECONDS)).hasMessageContaining("cut");
        assertThatThrownBy(() -> stream.input().read()).isInstanceOf(IOException.class);
        assertThat(ends.one.next()).startsWith("down");
        assertThat(ends.one.next()).isEqualTo("up two");
        assertThat(ends.one
                        .links
                        .request(ends.two.identity.id(), "echo", new byte[] {7}, LONG)
                        .get(10, TimeUnit.SECONDS))
                .containsExactly(7);
    }

    @Test
    @DisplayName("find the direct way again after it was lost")
    void again() throws Exception {
        up();
        direct();
        ends.one.links.cutDirect();

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(kinds(ends.one, ends.two)).containsExactly("direct", "in-band"));
    }

    @Test
    @DisplayName("stay reachable when the account's link is lost, and get it back")
    void accountLost() throws Exception {
        up();
        direct();

        ends.cut();

        await().untilAsserted(() -> assertThat(kinds(ends.one, ends.two)).containsExactly("direct"));
        assertThat(ends.one.events).isEmpty();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(kinds(ends.one, ends.two)).containsExactly("direct", "in-band"));
        assertThat(ends.one.events).isEmpty();
    }

    private CompletableFuture<byte[]> hanging() {
        ends.two.links.register("hang", (from, body) -> new CompletableFuture<>());
        return ends.one.links.request(ends.two.identity.id(), "hang", new byte[0], LONG);
    }

    private void up() throws InterruptedException {
        ends.meet();
        assertThat(ends.one.next()).isEqualTo("up two");
        assertThat(ends.two.next()).isEqualTo("up one");
    }

    private void direct() throws IOException {
        open(ends);
        await().until(() -> kinds(ends.one, ends.two).contains("direct")
                && kinds(ends.two, ends.one).contains("direct"));
    }

    private static void open(TwoEnds ends) throws IOException {
        ends.one.links.openDirect(0, Reach.MACHINE);
        ends.two.links.openDirect(0, Reach.MACHINE);
    }

    private static List<String> kinds(TwoEnds.End here, TwoEnds.End there) {
        return here.links.states(there.identity.id()).stream()
                .map(LinkState::carrierKind)
                .toList();
    }
}
