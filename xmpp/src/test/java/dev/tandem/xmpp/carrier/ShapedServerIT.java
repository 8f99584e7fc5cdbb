package dev.tandem.xmpp.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.account.Relay;
import dev.tandem.xmpp.testing.Prosody;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@DisplayName("A transfer through a real server that shapes")
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class ShapedServerIT {
    /** {@code -Dtandem.shaped.seconds=60} for figures to be written down; the burst and the first seconds are in it. */
    private static final int SECONDS = Integer.getInteger("tandem.shaped.seconds", 25);

    private static final String LIMITS = """
            modules_enabled = { "roster"; "saslauth"; "tls"; "disco"; "presence"; "message"; "iq"; "ping";
                                "smacks"; "carbons"; "offline"; "pep"; "register"; "limits" }
            limits = { c2s = { rate = "RATE"; burst = "2s" } }
            """;

    /** What was seen in {@link #SECONDS}. */
    private record Seen(double wireBytesPerSecond, double payloadBytesPerSecond, List<Double> waitSeconds) {
        double longestWait() {
            return waitSeconds.stream().mapToDouble(wait -> wait).max().orElseThrow();
        }

        /** What most wait, once the rate is known. */
        double median() {
            return waitSeconds.stream()
                    .sorted()
                    .skip(waitSeconds.size() / 2)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    @DisplayName("Prosody, 10 kB/s: a control message waits at most 2 s behind bulk, which uses at least 85 %")
    void prosodyTen(@TempDir Path directory) throws Exception {
        try (Prosody server =
                Prosody.start(directory, LIMITS.replace("RATE", "10kb/s")).addUser("ada", TwoDevices.PASSWORD)) {
            Seen seen = measure("Prosody 10kb/s", server.port(), server.certificate(), 10_000);

            assertThat(seen.wireBytesPerSecond).isGreaterThan(8_500);
            assertThat(seen.longestWait()).isLessThan(2);
        }
    }

    @Test
    @DisplayName("Prosody, 1 kB/s: works, and uses at least 85 %")
    void prosodyOne(@TempDir Path directory) throws Exception {
        try (Prosody server =
                Prosody.start(directory, LIMITS.replace("RATE", "1kb/s")).addUser("ada", TwoDevices.PASSWORD)) {
            Seen seen = measure("Prosody 1kb/s", server.port(), server.certificate(), 1_000);

            assertThat(seen.wireBytesPerSecond).isGreaterThan(850);
            assertThat(seen.median()).isLessThan(6);
        }
    }

    @Test
    @DisplayName("ejabberd as shipped, 3 kB/s after the first 20 kB: works, and uses at least 85 %")
    void ejabberd(@TempDir Path directory) throws Exception {
        try (Ejabberd server = Ejabberd.start(directory)) {
            Seen seen = measure("ejabberd", server.port(), server.certificate(), 3_000);

            assertThat(seen.wireBytesPerSecond).isGreaterThan(2_550);
            assertThat(seen.median()).isLessThan(3);
        }
    }

    private static Seen measure(String name, int port, Path certificate, int rate) throws Exception {
        try (Relay relay = new Relay(port);
                TwoDevices devices = new TwoDevices("127.0.0.1:" + relay.port(), "127.0.0.1:" + port, certificate)) {
            TwoDevices.Pair pair = devices.open();
            ScheduledThreadPoolExecutor asking = new ScheduledThreadPoolExecutor(1);
            CompletableFuture<Void> bulk = endlessly(pair.here());
            List<Double> waits = new CopyOnWriteArrayList<>();
            var unused = asking.scheduleWithFixedDelay(() -> ask(pair.here()), 2_300, 3_100, TimeUnit.MILLISECONDS);
            DataInputStream in = new DataInputStream(input(pair.there()));
            long begin = System.nanoTime();
            long end = begin + TimeUnit.SECONDS.toNanos(SECONDS);
            long wire = relay.sentUpwards();
            long payload = 0;
            while (System.nanoTime() < end) {
                int size = in.readInt();
                long askedNanos = in.readLong();
                in.skipNBytes(size);
                payload += size + 12;
                if (askedNanos != 0) {
                    waits.add((System.nanoTime() - askedNanos) / 1e9);
                }
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            Seen seen = new Seen((relay.sentUpwards() - wire) / seconds, payload / seconds, waits);
            System.out.printf(
                    "%s: %.0f bytes/s on the wire (%.0f %%), %.0f of payload (%.0f %%), control waits %.2f s at most, "
                            + "%.2f s in the median, %.2f s on average of %d%n",
                    name,
                    seen.wireBytesPerSecond,
                    100 * seen.wireBytesPerSecond / rate,
                    seen.payloadBytesPerSecond,
                    100 * seen.payloadBytesPerSecond / rate,
                    seen.longestWait(),
                    seen.median(),
                    waits.stream().mapToDouble(wait -> wait).average().orElse(0),
                    waits.size());
            asking.shutdownNow();
            pair.here().close("enough");
            assertThat(bulk).failsWithin(5, TimeUnit.SECONDS);
            return seen;
        }
    }

    private static void ask(Carrier carrier) {
        byte[] control =
                ByteBuffer.allocate(112).putInt(100).putLong(System.nanoTime()).array();
        TwoDevices.write(carrier, control, 0, control.length);
    }

    private static CompletableFuture<Void> endlessly(Carrier carrier) {
        return CompletableFuture.runAsync(
                () -> {
                    while (true) {
                        int size = carrier.messageBytes(); // asked each time, as the link does
                        byte[] record =
                                ByteBuffer.allocate(size).putInt(size - 12).array();
                        TwoDevices.write(carrier, record, 0, size);
                    }
                },
                task -> TwoDevices.daemon(task).start());
    }

    private static InputStream input(Carrier carrier) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return TwoDevices.read(carrier, 1)[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return length == 0 ? 0 : carrier.read(into, offset, length);
            }
        };
    }
}
