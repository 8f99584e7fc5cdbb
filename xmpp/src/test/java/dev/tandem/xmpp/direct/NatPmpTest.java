package dev.tandem.xmpp.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("NAT-PMP")
@Timeout(30)
class NatPmpTest {
    private FakeNatPmp gateway;
    private NatPmp protocol;

    @BeforeEach
    void open() throws IOException {
        gateway = new FakeNatPmp();
        protocol = new NatPmp(gateway.address());
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    @DisplayName("asks for the external address and a mapping, and ends it")
    void maps() throws Exception {
        GatewayProtocol.Mapping mapping = protocol.map(4711, Duration.ofHours(2));

        assertThat(mapping.external()).isEqualTo(new InetSocketAddress("203.0.113.9", 40_001));
        assertThat(mapping.lease()).isEqualTo(Duration.ofHours(1));
        mapping.release();
        assertThat(gateway.asked).containsExactly("external", "map 4711 for 7200", "map 4711 for 0");
    }

    @Test
    @DisplayName("asks again when a packet was lost")
    void lost() throws Exception {
        gateway.ignored.set(1);

        assertThat(protocol.map(4711, Duration.ofHours(2)).external().getPort()).isEqualTo(40_001);
        assertThat(gateway.asked).startsWith("external", "external", "map 4711 for 7200");
    }

    @Test
    @DisplayName("tells the gateway's refusal")
    void refused() {
        gateway.result = 2;

        assertThatThrownBy(() -> protocol.map(4711, Duration.ofHours(2)))
                .isInstanceOf(IOException.class)
                .hasMessage("the gateway refused: NAT-PMP result 2");
    }

    @Test
    @DisplayName("gives up at once where nothing listens, and after some tries where nothing answers")
    void silent() throws Exception {
        gateway.close();
        assertThatThrownBy(() -> protocol.map(4711, Duration.ofHours(2))).isInstanceOf(IOException.class);

        try (DatagramSocket mute = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = (InetSocketAddress) mute.getLocalSocketAddress();
            assertThatThrownBy(() -> new NatPmp(address).map(4711, Duration.ofHours(2)))
                    .hasMessage("no NAT-PMP at " + address.getHostString());
        }
    }

    @Test
    @DisplayName("does not believe a port of zero")
    void zero() {
        gateway.externalPort = 0;

        assertThatThrownBy(() -> protocol.map(4711, Duration.ofHours(2)))
                .hasMessage("the gateway answered another question");
    }
}
