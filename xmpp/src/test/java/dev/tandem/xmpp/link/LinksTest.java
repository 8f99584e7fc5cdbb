package dev.tandem.xmpp.link;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.testing.PipeCarrier;
import dev.tandem.xmpp.testing.Repeatedly;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Links between two devices")
@Timeout(30)
@SuppressWarnings("NullAway") // fields that JUnit sets, queues that are polled
class LinksTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private TwoEnds ends;

    @BeforeEach
    void create(@TempDir Path directory) throws IOException {
        ends = new TwoEnds(directory);
        for (TwoEnds.End end : List.of(ends.one, ends.two)) {
            end.links.register("echo", (from, body) -> CompletableFuture.completedFuture(body));
            end.links.register("refuse", (from, body) -> {
                throw new IOException("not today");
            });
            end.links.register("break", (from, body) -> {
                throw new IllegalStateException("a bug");
            });
        }
    }

    @AfterEach
    void close() {
        ends.close();
    }

    @Test
    @DisplayName("come up by themselves, once, whichever side sees the other first")
    void comeUp() throws Exception {
        ends.meet();

        assertThat(ends.one.next()).isEqualTo("up two");
        assertThat(ends.two.next()).isEqualTo("up one");
        assertThat(ends.one.links.up()).containsExactly(ends.two.identity.id());
        assertThat(ends.pipes).hasSize(1);
    }

    @Test
    @DisplayName("GRID-3: a device that is not paired is refused, and told of once")
    void unpaired() throws Exception {
        ends.one.pinned.add(ends.two.identity.id());
        TwoEnds.End unsuspecting = ends.two;
        DeviceAddress stranger = ends.one.address();

        for (int i = 0; i < 3; i++) {
            unsuspecting.carriers.asked(stranger);
        }

        assertThat(unsuspecting.next()).isEqualTo("refused it is not paired with this device");
        assertThat(unsuspecting.events).isEmpty();
        assertThat(unsuspecting.links.up()).isEmpty();
    }

    @Repeatedly
    @DisplayName("GRID-3: a device that still believes to be paired is told once why it is refused")
    void turnedAway() throws Exception {
        ends.one.pinned.add(ends.two.identity.id());

        ends.one.carriers.deviceAvailable(ends.two.address());

        assertThat(ends.two.next()).isEqualTo("refused it is not paired with this device");
        assertThat(ends.one.next()).isEqualTo("turned away not paired with this device any more");
        ends.one.carriers.deviceAvailable(ends.two.address());
        ends.two.carriers.asked(ends.one.address());
        assertThat(ends.one.events).isEmpty();
        assertThat(ends.two.events).isEmpty();
        assertThat(ends.one.links.up()).isEmpty();
    }

    @Repeatedly
    @DisplayName("GRID-28: a writer that waits for credit ends at once when its stream is reset")
    void resetWhileWaiting() throws Exception {
        BlockingQueue<LinkStream> opened = new LinkedBlockingQueue<>();
        ends.two.links.registerStream("push", (from, body, stream) -> opened.add(stream));
        up();
        LinkStream stream = ends.one.links.open(ends.two.identity.id(), "push", new byte[0], LONG);
        CompletableFuture<Void> writer =
                CompletableFuture.runAsync(() -> writeAll(stream, new byte[20 * Windows.FIRST]));
        LinkStream unread = opened.poll(10, TimeUnit.SECONDS);
        assertThat(unread.input().read()).isZero();

        stream.reset("enough");

        assertThatThrownBy(() -> writer.get(10, TimeUnit.SECONDS)).hasMessageContaining("enough");
        assertThatThrownBy(() -> unread.input().readAllBytes()).hasMessage("enough");
    }

    @Test
    @DisplayName("GRID-18: a handler that fails with an error costs its request only, again and again")
    void errors() throws Exception {
        ends.two.links.register("explode", (from, body) -> {
            throw new StackOverflowError("deep");
        });
        up();

        for (int i = 0; i < 40; i++) {
            assertThat(failureOf("explode")).isEqualTo("the service failed (StackOverflowError)");
        }

        assertThat(ends.one
                        .links
                        .request(ends.two.identity.id(), "echo", new byte[] {1}, LONG)
                        .get())
                .containsExactly(1);
    }

    @Test
    @DisplayName("GRID-39: after closing there is no link, no attempt, and no answer but a failure")
    void closed() throws Exception {
        up();
        ends.one.links.close();

        assertThat(ends.two.next()).isEqualTo("down the other device's daemon stops");
        ends.one.carriers.deviceAvailable(ends.two.address());
        ends.one.carriers.asked(ends.two.address());
        assertThat(ends.one.links.request(ends.two.identity.id(), "echo", new byte[0], LONG))
                .isCompletedExceptionally();
    }

    @Test
    @DisplayName("somebody with another key is not taken for the device, whatever its address says")
    void impostor(@TempDir Path elsewhere) throws Exception {
        TwoEnds others = new TwoEnds(elsewhere);
        PipeCarrier[] pipe = PipeCarrier.pair();
        CompletableFuture<Object> server = CompletableFuture.supplyAsync(() -> {
            try {
                return SecureChannel.handshake(pipe[1], others.one.identity, ends.one.identity.id()::equals, false);
            } catch (IOException refused) {
                pipe[1].close("refused");
                return refused;
            }
        });

        assertThatThrownBy(
                        () -> SecureChannel.handshake(pipe[0], ends.one.identity, ends.two.identity.id()::equals, true))
                .isInstanceOf(IOException.class);
        pipe[0].close("done");
        server.get(10, TimeUnit.SECONDS);
        others.close();
    }

    @Test
    @DisplayName("nothing of what is said can be read on the way")
    void encrypted() throws Exception {
        up();
        ends.one
                .links
                .request(ends.two.identity.id(), "echo", "my diary".repeat(50).getBytes(UTF_8), LONG)
                .get();

        for (PipeCarrier end : ends.pipes.get(0)) {
            assertThat(new String(end.written(), UTF_8))
                    .doesNotContain("my diary")
                    .doesNotContain("echo");
        }
    }

    @Test
    @DisplayName("fill a message of the carrier with each record of a stream, and no record needs a second message")
    void fullMessages() throws Exception {
        BlockingQueue<LinkStream> opened = new LinkedBlockingQueue<>();
        ends.two.links.registerStream("push", (from, body, stream) -> opened.add(stream));
        up();
        LinkStream stream = ends.one.links.open(ends.two.identity.id(), "push", new byte[0], LONG);
        PipeCarrier carrier = ends.pipes.get(0)[0];
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> writeAll(stream, new byte[500_000]));
        opened.poll(10, TimeUnit.SECONDS).input().readAllBytes();
        writer.get(10, TimeUnit.SECONDS);

        for (PipeCarrier[] pipe : ends.pipes) {
            for (PipeCarrier end : pipe) {
                assertThat(end.largestWrite()).isLessThanOrEqualTo(carrier.messageBytes());
            }
        }
        assertThat(ends.pipes.get(0)).anyMatch(end -> end.largestWrite() == carrier.messageBytes());
    }

    @Test
    @DisplayName("answer small and large requests, both ways")
    void requests() throws Exception {
        up();
        byte[] large = new byte[200_000];
        new Random(1).nextBytes(large);

        assertThat(ends.one
                        .links
                        .request(ends.two.identity.id(), "echo", large, LONG)
                        .get())
                .isEqualTo(large);
        assertThat(ends.two
                        .links
                        .request(ends.one.identity.id(), "echo", new byte[0], LONG)
                        .get())
                .isEmpty();
    }

    @Test
    @DisplayName("GRID-17, GRID-18: an unknown service, a refusal and a bug are failures, and the link lives on")
    void failures() throws Exception {
        up();

        assertThat(failureOf("nonsense")).contains("no service");
        assertThat(failureOf("refuse")).isEqualTo("not today");
        assertThat(failureOf("break")).contains("failed").doesNotContain("a bug");
        assertThat(ends.one
                        .links
                        .request(ends.two.identity.id(), "echo", new byte[] {1}, LONG)
                        .get())
                .containsExactly(1);
    }

    @Test
    @DisplayName("GRID-14: a request to a device that is not there fails at once")
    void notThere() {
        assertThat(ends.one.links.request(ends.two.identity.id(), "echo", new byte[0], LONG))
                .isCompletedExceptionally();
    }

    @Repeatedly
    @DisplayName("GRID-42: both sides stream to each other at once, and every byte arrives")
    void streamsBothWays() throws Exception {
        BlockingQueue<LinkStream> opened = new LinkedBlockingQueue<>();
        ends.one.links.registerStream("push", (from, body, stream) -> opened.add(stream));
        ends.two.links.registerStream("push", (from, body, stream) -> opened.add(stream));
        up();
        byte[] content = new byte[1_000_000];
        new Random(2).nextBytes(content);
        List<CompletableFuture<Void>> writing = new ArrayList<>();
        for (TwoEnds.End end : List.of(ends.one, ends.two)) {
            LinkStream stream = end.links.open(end.other.identity.id(), "push", new byte[0], LONG);
            writing.add(CompletableFuture.runAsync(() -> writeAll(stream, content)));
        }

        for (int i = 0; i < 2; i++) {
            LinkStream stream = opened.poll(10, TimeUnit.SECONDS);
            assertThat(stream.input().readAllBytes()).isEqualTo(content);
        }

        CompletableFuture.allOf(writing.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
    }

    @Test
    @DisplayName("GRID-23: a reader that stops holds up its own stream only")
    void stalledReader() throws Exception {
        BlockingQueue<LinkStream> opened = new LinkedBlockingQueue<>();
        ends.two.links.registerStream("push", (from, body, stream) -> opened.add(stream));
        up();
        LinkStream stalled = ends.one.links.open(ends.two.identity.id(), "push", new byte[0], LONG);
        CompletableFuture<Void> writer =
                CompletableFuture.runAsync(() -> writeAll(stalled, new byte[20 * Windows.FIRST]));
        LinkStream unread = opened.poll(10, TimeUnit.SECONDS);

        for (int i = 0; i < 50; i++) {
            assertThat(ends.one
                            .links
                            .request(ends.two.identity.id(), "echo", new byte[] {1}, LONG)
                            .get(10, TimeUnit.SECONDS))
                    .hasSize(1);
        }
        LinkStream another = ends.one.links.open(ends.two.identity.id(), "push", new byte[0], LONG);
        writeAll(another, new byte[30_000]);
        assertThat(opened.poll(10, TimeUnit.SECONDS).input().readAllBytes()).hasSize(30_000);
        assertThat(writer).isNotDone();

        assertThat(unread.input().readAllBytes()).hasSize(20 * Windows.FIRST);
        writer.get(10, TimeUnit.SECONDS);
    }

    @Repeatedly
    @DisplayName("GRID-33: when a link breaks, all that is under way fails once, then it is down, then it comes back")
    void brokenLink() throws Exception {
        ends.two.links.register("hang", (from, body) -> new CompletableFuture<>());
        ends.two.links.registerStream("push", (from, body, stream) -> {});
        up();
        CompletableFuture<byte[]> request = ends.one.links.request(ends.two.identity.id(), "hang", new byte[0], LONG);
        LinkStream stream = ends.one.links.open(ends.two.identity.id(), "push", new byte[0], LONG);

        ends.cut();

        assertThatThrownBy(() -> request.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        assertThatThrownBy(() -> stream.input().read()).isInstanceOf(IOException.class);
        assertThat(ends.one.next()).startsWith("down");
        assertThat(ends.one.next()).isEqualTo("up two");
        assertThat(ends.one
                        .links
                        .request(ends.two.identity.id(), "echo", new byte[] {7}, LONG)
                        .get())
                .containsExactly(7);
    }

    @Test
    @DisplayName(
            "PUSH-6: a peer has at most 64 requests with us, the others wait at its side; none is lost or reordered")
    void requestCredit() throws Exception {
        List<Integer> begun = new CopyOnWriteArrayList<>();
        Queue<CompletableFuture<byte[]>> open = new ConcurrentLinkedQueue<>();
        CompletableFuture<byte[]> full = new CompletableFuture<>();
        ends.two.links.register("slow", (from, body) -> {
            CompletableFuture<byte[]> answer = new CompletableFuture<>();
            begun.add(ByteBuffer.wrap(body).getInt());
            open.add(answer);
            if (begun.size() == Requests.MAX_OPEN) {
                full.complete(body);
            }
            return answer;
        });
        up();
        List<CompletableFuture<byte[]>> asked = IntStream.range(0, 500)
                .mapToObj(i -> ends.one.links.request(
                        ends.two.identity.id(),
                        "slow",
                        ByteBuffer.allocate(4).putInt(i).array(),
                        LONG))
                .toList();

        full.get(10, TimeUnit.SECONDS);
        assertThat(begun).hasSize(Requests.MAX_OPEN);
        while (asked.stream().anyMatch(answer -> !answer.isDone())) {
            assertThat(open.size()).isLessThanOrEqualTo(Requests.MAX_OPEN);
            CompletableFuture<byte[]> next = open.poll();
            if (next != null) {
                next.complete(new byte[0]);
            } else {
                Thread.onSpinWait();
            }
        }

        assertThat(begun)
                .containsExactlyElementsOf(IntStream.range(0, 500).boxed().toList());
        assertThat(ends.one.links.traffic().requests()).isEqualTo(500);
    }

    @Test
    @DisplayName("GRID-9: random bytes are no frame, and cost nothing but the link")
    void randomFrames() {
        Random random = new Random(4);
        int read = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            try {
                Frame frame = Frame.read(new ByteArrayInputStream(bytes));
                assertThat(frame.payload().length).isLessThanOrEqualTo(Frame.MAX_PAYLOAD);
                read++;
            } catch (IOException malformed) {
                assertThat(malformed).isNotNull();
            }
        }
        assertThat(read).isLessThan(100_000);
    }

    @Test
    @DisplayName("a frame is read as it was written")
    void frameRoundTrip() throws IOException {
        for (Frame.Type type : Frame.Type.values()) {
            Frame frame = new Frame(type, Frame.MORE, 77, new byte[] {1, 2, 3});

            Frame read = Frame.read(new ByteArrayInputStream(frame.encode()));

            assertThat(read.type()).isEqualTo(type);
            assertThat(read.hasMore()).isTrue();
            assertThat(read.stream()).isEqualTo(77);
            assertThat(read.payload()).containsExactly(1, 2, 3);
        }
    }

    @Test
    @DisplayName("an identity is the same at the next start; a broken one is not overwritten")
    void identity(@TempDir Path home) throws IOException {
        DeviceIdentity first =
                DeviceIdentity.loadOrCreate(home, java.time.InstantSource.system(), new java.security.SecureRandom());
        DeviceIdentity again =
                DeviceIdentity.loadOrCreate(home, java.time.InstantSource.system(), new java.security.SecureRandom());
        assertThat(again.id()).isEqualTo(first.id());
        assertThat(java.nio.file.attribute.PosixFilePermissions.toString(
                        java.nio.file.Files.getPosixFilePermissions(home.resolve("device.p12"))))
                .isEqualTo("rw-------");

        java.nio.file.Files.writeString(home.resolve("device.p12"), "garbage");

        assertThatThrownBy(() -> DeviceIdentity.loadOrCreate(
                        home, java.time.InstantSource.system(), new java.security.SecureRandom()))
                .hasMessageContaining("cannot be read");
        assertThat(home.resolve("device.p12")).hasContent("garbage");
    }

    private void up() throws InterruptedException {
        ends.meet();
        assertThat(ends.one.next()).isEqualTo("up two");
        assertThat(ends.two.next()).isEqualTo("up one");
    }

    private String failureOf(String service) throws InterruptedException {
        try {
            ends.one
                    .links
                    .request(ends.two.identity.id(), service, new byte[0], LONG)
                    .get();
            return "no failure";
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            return cause == null ? "no cause" : String.valueOf(cause.getMessage());
        }
    }

    private static void writeAll(LinkStream stream, byte[] content) {
        try {
            OutputStream out = stream.output();
            out.write(content);
            stream.end();
        } catch (IOException broken) {
            throw new java.io.UncheckedIOException(broken);
        }
    }
}
