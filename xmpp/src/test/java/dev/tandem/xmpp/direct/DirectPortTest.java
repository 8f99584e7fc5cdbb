package dev.tandem.xmpp.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.carrier.Carrier;
import dev.tandem.xmpp.testing.VirtualTime;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The port for direct connections")
@Timeout(30)
class DirectPortTest {
    private final VirtualTime time = new VirtualTime(new Random(1));
    private final BlockingQueue<Carrier> accepted = new LinkedBlockingQueue<>();
    private final List<Socket> sockets = new ArrayList<>();
    private DirectPort port;

    @BeforeEach
    void open() throws IOException {
        port = open(0);
    }

    private DirectPort open(int number) throws IOException {
        return DirectPort.open(
                number,
                (carrier, from) -> accepted.add(carrier),
                time,
                task -> {
                    Thread thread = new Thread(task, "tandem-test-accept");
                    thread.setDaemon(true);
                    return thread;
                },
                Ticker.systemTicker());
    }

    @AfterEach
    void close() throws IOException {
        port.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** Connects from an address of its own in 127/8, all of which is loopback on Linux. */
    private Socket connect(int who) throws IOException {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) who}), 0));
        socket.connect(new Candidate("127.0.0.1", port.port()).address(), 5000);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private Carrier next() throws InterruptedException {
        Carrier carrier = accepted.poll(10, TimeUnit.SECONDS);
        assertThat(carrier).as("an accepted connection").isNotNull();
        return carrier;
    }

    @Test
    @DisplayName("connects two devices")
    void connects() throws Exception {
        Carrier dialled = port.connect(new Candidate("127.0.0.1", port.port()).address(), Duration.ofSeconds(5));
        Carrier taken = next();

        dialled.write(new byte[] {42}, 0, 1);

        byte[] read = new byte[1];
        assertThat(taken.read(read, 0, 1)).isEqualTo(1);
        assertThat(read[0]).isEqualTo((byte) 42);
        dialled.close("done");
    }

    @Test
    @DisplayName("takes IPv6 too")
    void ipv6() throws Exception {
        port.connect(new Candidate("::1", port.port()).address(), Duration.ofSeconds(5))
                .close("done");

        assertThat(next().kind()).isEqualTo("direct");
    }

    @Test
    @DisplayName("says when it is taken")
    void taken() {
        assertThatThrownBy(() -> open(port.port())).isInstanceOf(BindException.class);
    }

    @Test
    @DisplayName("keeps four strangers of one address and closes the fifth at once; an adopted one is no stranger")
    void fewPerAddress() throws Exception {
        List<Carrier> carriers = new ArrayList<>();
        for (int i = 0; i < DirectPort.MAX_PER_ADDRESS; i++) {
            connect(1);
            carriers.add(next());
        }
        assertThat(connect(1).getInputStream().read()).isEqualTo(-1);

        port.adopted(carriers.get(0));

        connect(1);
        next();
        assertThat(connect(1).getInputStream().read()).isEqualTo(-1);
        carriers.get(1).close("not the one");
        connect(1);
        next();
    }

    @Test
    @DisplayName("keeps 32 strangers in all")
    void fewInAll() throws Exception {
        for (int i = 0; i < DirectPort.MAX_STRANGERS; i++) {
            connect(1 + i / DirectPort.MAX_PER_ADDRESS);
            next();
        }

        assertThat(connect(200).getInputStream().read()).isEqualTo(-1);
    }

    @Test
    @DisplayName("closes who is not adopted in time, and leaves the others alone")
    void adoption() throws Exception {
        Socket stranger = connect(1);
        next();
        Socket friend = connect(2);
        Carrier adopted = next();
        port.adopted(adopted);

        time.pass(DirectPort.ADOPTION.toMillis() + 1);

        assertThat(stranger.getInputStream().read()).isEqualTo(-1);
        adopted.write(new byte[] {7}, 0, 1);
        assertThat(friend.getInputStream().read()).isEqualTo(7);
    }

    @Test
    @DisplayName("closing it ends strangers and frees the port, but no adopted connection")
    void closing() throws Exception {
        Socket stranger = connect(1);
        next();
        Socket friend = connect(2);
        Carrier adopted = next();
        port.adopted(adopted);
        int number = port.port();

        port.close();

        assertThat(stranger.getInputStream().read()).isEqualTo(-1);
        adopted.write(new byte[] {7}, 0, 1);
        assertThat(friend.getInputStream().read()).isEqualTo(7);
        open(number).close();
    }
}
