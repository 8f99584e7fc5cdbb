package dev.tandem.xmpp.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.carrier.Carrier;
import dev.tandem.xmpp.testing.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A carrier over a socket")
@Timeout(30)
class SocketCarrierTest {
    private final VirtualTime time = new VirtualTime(new Random(1));
    private final AtomicInteger told = new AtomicInteger();

    private static CompletableFuture<String> failureOf(Work work) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                work.run();
                return "none";
            } catch (IOException failure) {
                return String.valueOf(failure.getMessage());
            }
        });
    }

    private interface Work {
        void run() throws IOException;
    }

    private SocketCarrier over(Socket socket) throws IOException {
        return new SocketCarrier(socket, time, time.ticker(), told::incrementAndGet);
    }

    @Nested
    @DisplayName("when the other end takes nothing")
    class Stalled {
        private final FakeSocket socket = new FakeSocket(100_000);
        private SocketCarrier carrier;
        private CompletableFuture<String> writer;

        @BeforeEach
        void writeUntilItStalls() throws Exception {
            carrier = over(socket);
            carrier.write(new byte[50_000], 0, 50_000);
            time.pass(7_000);
            writer = failureOf(() -> carrier.write(new byte[100_000], 0, 100_000));
            socket.writing.await();
        }

        @Test
        @DisplayName("GRID-38: the connection ends after 20 s without progress, and its socket is closed once")
        void dropped() throws Exception {
            time.pass(19_999);
            assertThat(writer).isNotDone();

            time.pass(2);

            assertThat(writer.get()).isEqualTo("the other device took nothing for 20 s");
            assertThat(socket.closings).hasValue(1);
            assertThat(told).hasValue(1);
            assertThatThrownBy(() -> carrier.write(new byte[1], 0, 1))
                    .hasMessage("the other device took nothing for 20 s");
        }

        @Test
        @DisplayName("close ends the writer at once, with the reason that was given first")
        void closed() throws Exception {
            carrier.close("enough");
            carrier.close("again");

            assertThat(writer.get()).isEqualTo("enough");
            assertThat(socket.closings).hasValue(1);
            time.pass(60_000);
            assertThat(socket.closings).hasValue(1);
        }
    }

    @Test
    @DisplayName("GRID-38: a connection on which nobody writes is not ended")
    void idle() throws Exception {
        FakeSocket socket = new FakeSocket(100_000);
        SocketCarrier carrier = over(socket);
        carrier.write(new byte[1000], 0, 1000);

        time.pass(100_000);
        carrier.write(new byte[1000], 0, 1000);
        time.pass(100_000);

        assertThat(socket.closings).hasValue(0);
        assertThat(time.steps()).isEqualTo(2);
    }

    @Test
    @DisplayName("a record of 16 KiB leaves in one write")
    void oneWrite() throws Exception {
        FakeSocket socket = new FakeSocket(16_500);
        SocketCarrier carrier = over(socket);

        carrier.write(new byte[carrier.messageBytes()], 0, carrier.messageBytes());

        assertThat(carrier.messageBytes()).isBetween(16_384 + 22, 16_500);
        assertThat(socket.written).hasValue(carrier.messageBytes());
    }

    @Nested
    @DisplayName("between two sockets")
    class Real {
        private ServerSocket server;
        private Carrier one;
        private Carrier two;

        @BeforeEach
        void connect() throws Exception {
            server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            one = SocketCarrier.dialer(time, Ticker.systemTicker())
                    .connect((InetSocketAddress) server.getLocalSocketAddress(), Duration.ofSeconds(5));
            two = over(server.accept());
        }

        @AfterEach
        void end() throws Exception {
            one.close("the test is over");
            two.close("the test is over");
            server.close();
        }

        @Test
        @DisplayName("carries bytes in order, both ways, and is called direct")
        void carries() throws Exception {
            one.write("hello".getBytes(StandardCharsets.UTF_8), 0, 5);
            two.write("world!".getBytes(StandardCharsets.UTF_8), 0, 5);

            assertThat(read(two, 5)).isEqualTo("hello");
            assertThat(read(one, 5)).isEqualTo("world");
            assertThat(one.kind()).isEqualTo("direct");
        }

        private String read(Carrier from, int length) throws IOException {
            byte[] bytes = new byte[length + 2];
            int at = 1;
            while (at < length + 1) {
                at += from.read(bytes, at, length + 1 - at);
            }
            return new String(Arrays.copyOfRange(bytes, 1, at), StandardCharsets.UTF_8);
        }

        @Test
        @DisplayName("an orderly end is read as such")
        void orderlyEnd() throws Exception {
            one.close("done");

            assertThat(two.read(new byte[10], 0, 10)).isEqualTo(-1);
        }

        @Test
        @DisplayName("close ends a reader of the same carrier at once, with the reason")
        void closeEndsTheReader() throws Exception {
            CompletableFuture<String> reader = failureOf(() -> two.read(new byte[10], 0, 10));
            CompletableFuture<String> writer = failureOf(() -> {
                while (true) {
                    two.write(new byte[60_000], 0, 60_000);
                }
            });

            two.close("enough");

            assertThat(reader.get(10, TimeUnit.SECONDS)).isEqualTo("enough");
            assertThat(writer.get(10, TimeUnit.SECONDS)).isEqualTo("enough");
        }
    }

    @Test
    @DisplayName("says in one line why there is no connection")
    void refused() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = (InetSocketAddress) server.getLocalSocketAddress();
        }

        assertThatThrownBy(() -> SocketCarrier.dialer(time, time.ticker()).connect(nobody, Duration.ofSeconds(5)))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot connect to 127.0.0.1:" + nobody.getPort() + ": Connection refused");
    }

    @Test
    @DisplayName("a peer's reset is told as such")
    void reset() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Socket peer = new Socket(server.getInetAddress(), server.getLocalPort());
            SocketCarrier carrier = over(server.accept());
            peer.setSoLinger(true, 0);
            peer.close();

            assertThatThrownBy(() -> carrier.read(new byte[1], 0, 1))
                    .hasMessage("the direct connection broke: Connection reset");
        }
    }
}
