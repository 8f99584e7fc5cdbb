package dev.tandem.xmpp.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.testing.VirtualTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A session through a server that shapes its clients' traffic")
class ShapedServerTest {
    private static final long ACKNOWLEDGE_NANOS = 20_000_000;

    private final VirtualTime time = new VirtualTime(new Random(1));
    private final Sender sender = new Sender();
    private final Receiver receiver = new Receiver();
    private final Deque<Integer> toWrite = new ArrayDeque<>();
    private final Map<Long, Long> controls = new HashMap<>();
    private final List<Long> waits = new ArrayList<>();
    private ShapedServer there = ShapedServer.prosody(time, 1e9);
    private ShapedServer back = ShapedServer.prosody(time, 1e9);
    private boolean bulk = true;
    private long arrivedBytes;
    private long written;
    private long askedNanos = -1;
    private long acknowledgeAt = Long.MAX_VALUE;
    private long wakeAt = Long.MAX_VALUE;

    /** Writes as the link does: records that fill a message, and what waits in the next turn. */
    private void write() {
        while (!sender.isFull() && (bulk || askedNanos >= 0 || !toWrite.isEmpty())) {
            if (toWrite.isEmpty() && askedNanos >= 0) {
                controls.put(written + 1, askedNanos);
                askedNanos = -1;
                toWrite.add(100);
            } else if (toWrite.isEmpty()) {
                toWrite.add(sender.messageBytes());
            }
            written++;
            sender.write(new byte[toWrite.remove()]);
            flush();
        }
    }

    private void flush() {
        for (Sender.Piece piece : sender.poll(time.nanos())) {
            there.send(Window.cost(piece.content().length), () -> arrived(piece));
        }
        wakeIfDue();
    }

    private void wakeIfDue() {
        long next = Math.min(sender.nextNanos(), acknowledgeAt);
        if (next < wakeAt) {
            wakeAt = next;
            time.at(next, this::wake);
        }
    }

    private void wake() {
        if (time.nanos() < wakeAt) {
            return;
        }
        wakeAt = Long.MAX_VALUE;
        if (acknowledgeAt <= time.nanos()) {
            acknowledge();
        }
        flush();
    }

    private void arrived(Sender.Piece piece) {
        arrivedBytes += piece.content().length;
        Long asked = controls.remove(piece.sequence());
        if (asked != null) {
            waits.add(time.nanos() - asked);
        }
        boolean atOnce = receiver.accept(new Chunk("s", piece.sequence(), 0, 0, piece.last(), piece.content()));
        while (!receiver.isEmpty()) {
            receiver.take();
        }
        acknowledgeAt = Math.min(acknowledgeAt, time.nanos() + ACKNOWLEDGE_NANOS);
        if (atOnce) {
            acknowledge();
        }
        wakeIfDue();
    }

    private void acknowledge() {
        acknowledgeAt = Long.MAX_VALUE;
        receiver.acknowledgementSent();
        long upTo = receiver.acknowledged();
        int room = receiver.room();
        var held = receiver.held();
        back.send(Window.OVERHEAD_BYTES, () -> {
            sender.acknowledged(upTo, room, false, held, time.nanos());
            flush();
            write();
        });
    }

    private void askEvery(long millis) {
        time.at(time.nanos() + millis * 1_000_000, () -> {
            askedNanos = askedNanos < 0 ? time.nanos() : askedNanos;
            write();
            askEvery(millis);
        });
    }

    private double longestWaitSeconds() {
        return waits.stream().mapToLong(wait -> wait).max().orElseThrow() / 1e9;
    }

    private double medianWaitSeconds() {
        return waits.stream().sorted().skip(waits.size() / 2).findFirst().orElseThrow() / 1e9;
    }

    private void run(ShapedServer thither, ShapedServer hither, int seconds) {
        there = thither;
        back = hither;
        askEvery(3_217);
        write();
        time.pass(seconds * 1000L);
    }

    @ParameterizedTest(name = "{0} bytes/s, burst {1}, reads of {2} bytes, {3} ms one way")
    @CsvSource({
        "10000, 0, 8192, 1, 2.0",
        "10000, 0, 8192, 60, 2.0",
        "10000, 20000, 65536, 1, 2.0",
        "10000, 20000, 65536, 60, 2.0",
        "20000, 0, 8192, 30, 2.0",
        "50000, 100000, 65536, 30, 2.0",
        "200000, 0, 8192, 30, 2.0",
        "1000000, 2000000, 65536, 60, 2.0"
    })
    @DisplayName(
            "a control message waits at most 2 s behind bulk, which uses at least 85 % of what the server lets through")
    void controlBehindBulk(double rate, double burst, int read, int oneWayMillis, double limit) {
        ShapedServer server = new ShapedServer(time, rate, burst, read, oneWayMillis);

        run(server, new ShapedServer(time, rate, burst, read, oneWayMillis), 120);

        assertThat(server.read() / (rate * 120)).isGreaterThan(0.85);
        assertThat(longestWaitSeconds()).isLessThan(limit);
    }

    @ParameterizedTest(name = "{0} bytes/s, burst {1}")
    @CsvSource({"1000, 0", "1000, 2000", "3000, 20000", "3000, 0"})
    @DisplayName("a server that lets 1 to 3 kB/s through is used as well, with smaller messages")
    void verySlow(double rate, double burst) {
        ShapedServer server = new ShapedServer(time, rate, burst, 8192, 30);

        run(server, new ShapedServer(time, rate, burst, 8192, 30), 300);

        assertThat(server.read() / (rate * 300)).isGreaterThan(0.85);
        assertThat(sender.messageBytes()).as("half a second of it").isLessThanOrEqualTo(Math.max(256, (int) rate / 2));
        assertThat(medianWaitSeconds()).as("once the rate is known").isLessThan(rate < 2_000 ? 3 : 1.5);
        assertThat(longestWaitSeconds()).as("before that").isLessThan(rate < 2_000 ? 11 : 2);
    }

    @Test
    @DisplayName("a fast server is found to be fast within a second, also after it has once been slow")
    void fastAgain() {
        run(new ShapedServer(time, 20e6, 0, 8192, 1), new ShapedServer(time, 20e6, 0, 8192, 1), 1);
        long first = arrivedBytes;
        time.pass(1000);
        assertThat(arrivedBytes - first).isGreaterThan(10_000_000);
    }
}
