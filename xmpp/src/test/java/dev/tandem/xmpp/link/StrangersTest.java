package dev.tandem.xmpp.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.Carrier;
import dev.tandem.xmpp.testing.PipeCarrier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Links to devices that mean no good")
@Timeout(60)
@SuppressWarnings("NullAway") // fields that JUnit sets
class StrangersTest {
    private static final int MANY = 20_000;
    private static final long MAX_GROWTH = 4L << 20;

    private TwoEnds ends;
    private TwoEnds.End victim;
    private TwoEnds.End attacker;

    @BeforeEach
    void create(@TempDir Path directory) throws IOException {
        ends = new TwoEnds(directory);
        boolean inOrder = ends.one.identity.id().compareTo(ends.two.identity.id()) < 0;
        attacker = inOrder ? ends.one : ends.two; // the one that opens
        victim = inOrder ? ends.two : ends.one;
    }

    @AfterEach
    void close() {
        ends.close();
    }

    @Test
    @DisplayName(
            "GRID-3: of twenty thousand devices that are not paired a thousand are told of, and none is remembered")
    void strangers() throws Exception {
        Carrier[] pipe = PipeCarrier.pair();
        long before = heap();
        for (int i = 0; i < MANY; i++) {
            DeviceAddress stranger = stranger(i);
            victim.carriers.deviceAvailable(stranger);
            victim.carriers.asked(stranger);
            victim.carriers.deviceUnavailable(stranger);
        }
        victim.carriers.opened(stranger(MANY), pipe[1]);

        assertThat(victim.next()).startsWith("refused");
        assertThat(victim.events).hasSizeLessThanOrEqualTo(1001);
        victim.events.clear();
        assertThat(heap() - before).isLessThan(MAX_GROWTH);
        assertThat(victim.links.up()).isEmpty();
    }

    @Test
    @DisplayName("GRID-3: devices that come and are not paired do not pile up while they stay")
    void strangersThatStay() {
        long before = heap();
        for (int i = 0; i < MANY; i++) {
            victim.carriers.deviceAvailable(stranger(i));
        }

        assertThat(heap() - before).isLessThan(MAX_GROWTH);
    }

    @Test
    @DisplayName("GRID-19: requests that are cancelled at once do not pile up behind a service that is slow")
    void cancelledAtOnce() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger handled = new AtomicInteger();
        victim.links.register("slow", (from, body) -> {
            handled.incrementAndGet();
            begun.countDown();
            try {
                slow.await();
            } catch (InterruptedException ended) {
                throw new IOException(ended);
            }
            return CompletableFuture.completedFuture(body);
        });
        SecureChannel channel = connect();
        byte[] call = new Call("slow", Duration.ofMinutes(1), new byte[10]).encode();
        byte[] first = new Frame(Frame.Type.REQUEST, 0, 1, call).encode();
        channel.write(first, 0, first.length);
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        for (int id = 3; id < 20_000; ) {
            ByteArrayOutputStream frames = new ByteArrayOutputStream();
            for (int i = 0; i < 10; i++, id += 2) {
                frames.writeBytes(new Frame(Frame.Type.REQUEST, 0, id, call).encode());
                frames.writeBytes(new Frame(Frame.Type.CANCEL, 0, id, new byte[0]).encode());
            }
            channel.write(frames.toByteArray(), 0, frames.size());
        }
        channel.write(new Frame(Frame.Type.PING, 0, 0, new byte[0]).encode(), 0, Frame.HEADER_BYTES);
        int refused = 0;
        for (Frame next = Frame.read(channel.input());
                next.type() != Frame.Type.PONG;
                next = Frame.read(channel.input())) {
            refused += next.type() == Frame.Type.FAILURE ? 1 : 0;
        }

        assertThat(handled).hasValueLessThanOrEqualTo(1);
        assertThat(refused).as("of 10,000").isGreaterThan(9_000);
        slow.countDown();
        channel.close("done");
    }

    /** A link with the victim whose other end is this test. */
    private SecureChannel connect() throws IOException {
        victim.pinned.add(attacker.identity.id());
        PipeCarrier[] pipe = PipeCarrier.pair();
        victim.carriers.opened(attacker.address(), pipe[1]);
        SecureChannel channel = SecureChannel.handshake(pipe[0], attacker.identity, victim.identity.id()::equals, true);
        byte[] hello = "1 0123456789abcdef mallory".getBytes(StandardCharsets.UTF_8);
        byte[] frame = new Frame(Frame.Type.HELLO, 0, 0, hello).encode();
        channel.write(frame, 0, frame.length);
        assertThat(Frame.read(channel.input()).type()).isEqualTo(Frame.Type.HELLO);
        return channel;
    }

    private static DeviceAddress stranger(int number) {
        return new DeviceAddress(
                new DeviceId(String.format("%064x", number)), "me@example.org", "x" + number + "@evil.example/y");
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
