package dev.tandem.xmpp.direct;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The default gateway")
class DefaultGatewayTest {
    private static final String HEAD =
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";

    @Test
    @DisplayName("is the one of the default route with the least metric")
    void leastMetric() throws Exception {
        List<String> lines = List.of(
                HEAD,
                "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0   ",
                "eth0\t00000000\tFE00000A\t0003\t0\t0\t100\t00000000\t0\t0\t0",
                "eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0");

        assertThat(DefaultGateway.of(lines)).contains(InetAddress.getByName("10.0.0.254"));
    }

    @Test
    @DisplayName("is not there where no route has one")
    void none() {
        assertThat(DefaultGateway.of(List.of(HEAD, "tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0")))
                .isEmpty();
        assertThat(DefaultGateway.of(List.of())).isEmpty();
    }
}
