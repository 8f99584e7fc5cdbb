package dev.tandem.xmpp.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("UPnP")
@Timeout(60)
class UpnpTest {
    private static final Duration LEASE = Duration.ofHours(2);

    private FakeUpnp gateway;
    private Upnp protocol;

    @BeforeEach
    void open() throws IOException {
        gateway = new FakeUpnp();
        protocol = new Upnp(gateway.address());
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private static String add(int external, int lease) {
        return "AddPortMapping RemoteHost= ExternalPort=" + external + " Protocol=TCP InternalPort=4711"
                + " InternalClient=127.0.0.1 Enabled=1 PortMappingDescription=Tandem LeaseDuration=" + lease;
    }

    @Test
    @DisplayName("finds the gateway, asks for a mapping, and ends it")
    void maps() throws Exception {
        GatewayProtocol.Mapping mapping = protocol.map(4711, LEASE);

        assertThat(mapping.external()).isEqualTo(new InetSocketAddress("203.0.113.9", 4711));
        assertThat(mapping.lease()).isEqualTo(LEASE);
        mapping.release();
        assertThat(gateway.asked)
                .containsExactly(
                        "GetExternalIPAddress",
                        add(4711, 7200),
                        "DeletePortMapping RemoteHost= ExternalPort=4711 Protocol=TCP");
    }

    @Test
    @DisplayName("takes the next port where one is somebody else's, and no lease where only permanent ones are given")
    void otherPort() throws Exception {
        gateway.errors.addAll(List.of(718, 725));

        assertThat(protocol.map(4711, LEASE).external().getPort()).isEqualTo(4712);
        assertThat(gateway.asked).endsWith(add(4711, 7200), add(4712, 7200), add(4712, 0));
    }

    @Test
    @DisplayName("tells the gateway's refusal")
    void refused() {
        gateway.errors.addAll(List.of(606, 606));

        assertThatThrownBy(() -> protocol.map(4711, LEASE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("606");
    }

    @Test
    @DisplayName("reads no document that declares a type, so that no entity is followed")
    void documentTypes() {
        gateway.prologue = "<?xml version=\"1.0\"?><!DOCTYPE root [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";

        assertThatThrownBy(() -> protocol.map(4711, LEASE)).hasMessage("the gateway's answer is not one");
    }

    @Test
    @DisplayName("does not read more than a gateway has to say")
    void large() {
        gateway.prologue = "<?xml version=\"1.0\"?>" + " ".repeat(200_000);

        assertThatThrownBy(() -> protocol.map(4711, LEASE)).hasMessage("the gateway's answer is not one");
    }

    @Test
    @DisplayName("lets no gateway send it elsewhere")
    void elsewhere() {
        gateway.controlUrl = "http://127.0.0.2:9/control";

        assertThatThrownBy(() -> protocol.map(4711, LEASE)).hasMessage("the gateway sends us elsewhere");
    }

    @Test
    @DisplayName("needs an external address that is one")
    void noAddress() {
        gateway.externalAddress = "";

        assertThatThrownBy(() -> protocol.map(4711, LEASE)).hasMessage("the gateway has no external address");
    }

    @Test
    @DisplayName("gives up where nobody answers")
    void silent() throws Exception {
        try (DatagramSocket mute = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Upnp nobody = new Upnp((InetSocketAddress) mute.getLocalSocketAddress());
            assertThatThrownBy(() -> nobody.map(4711, LEASE)).hasMessage("no UPnP gateway answers");
        }
    }
}
