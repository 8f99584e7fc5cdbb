package dev.tandem.xmpp.direct;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.testing.VirtualTime;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The port mapping")
@Timeout(30)
class PortMappingTest {
    private static final InetSocketAddress EXTERNAL = new InetSocketAddress("203.0.113.9", 40_001);

    private final VirtualTime time = new VirtualTime(new Random(1));
    private final List<String> heard = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private Duration lease = Duration.ofHours(1);
    private InetSocketAddress external = EXTERNAL;
    private boolean silent;

    private final class Fake implements GatewayProtocol {
        @Override
        public Mapping map(int port, Duration wanted) throws IOException {
            asked.add("map " + port);
            if (silent) {
                throw new IOException("nobody answers");
            }
            InetSocketAddress granted = external;
            return new Mapping() {
                @Override
                public InetSocketAddress external() {
                    return granted;
                }

                @Override
                public Duration lease() {
                    return lease;
                }

                @Override
                public void release() {
                    asked.add("release");
                }
            };
        }
    }

    private PortMapping start(GatewayProtocol... protocols) {
        return PortMapping.start(
                4711,
                () -> List.of(protocols),
                time,
                Runnable::run,
                address -> heard.add(address.map(InetSocketAddress::toString).orElse("none")));
    }

    @Test
    @DisplayName("is told once, and renewed at half of its lease")
    void renewed() {
        PortMapping mapping = start(new Fake());

        time.pass(Duration.ofMinutes(95).toMillis());

        assertThat(asked).hasSize(4);
        assertThat(heard).containsExactly("/203.0.113.9:40001");
        assertThat(mapping.external()).contains(EXTERNAL);
    }

    @Test
    @DisplayName("changes are told")
    void changes() {
        PortMapping mapping = start(new Fake());

        external = new InetSocketAddress("203.0.113.10", 40_002);
        mapping.networkChanged();
        silent = true;
        mapping.networkChanged();

        assertThat(heard).containsExactly("/203.0.113.9:40001", "/203.0.113.10:40002", "none");
        assertThat(mapping.external()).isEmpty();
    }

    @Test
    @DisplayName("is asked for every ten minutes where nobody answers, and nothing is said")
    void silence() {
        silent = true;
        PortMapping mapping = start(new Fake(), new Fake());
        assertThat(asked).hasSize(2);

        time.pass(PortMapping.RETRY.toMillis());

        assertThat(asked).hasSize(4);
        assertThat(heard).isEmpty();
        assertThat(mapping.external()).isEmpty();
    }

    @Test
    @DisplayName("of a second is not renewed every half second")
    void shortLease() {
        lease = Duration.ofSeconds(1);
        start(new Fake());

        time.pass(Duration.ofMinutes(2).toMillis());

        assertThat(asked).hasSize(3);
    }

    @Test
    @DisplayName("is not believed where the gateway has no address of its own")
    void wildcard() {
        external = new InetSocketAddress("0.0.0.0", 40_001);

        assertThat(start(new Fake()).external()).isEmpty();
        assertThat(heard).isEmpty();
    }

    @Test
    @DisplayName("is ended when it is closed, once, and not asked for again")
    void closed() {
        PortMapping mapping = start(new Fake());

        mapping.close();
        mapping.close();
        mapping.networkChanged();
        time.pass(Duration.ofDays(1).toMillis());

        assertThat(asked).containsExactly("map 4711", "release");
    }

    @Test
    @DisplayName("closing does not wait for a gateway that takes its time")
    void slowGateway() {
        List<Runnable> queued = new ArrayList<>();
        PortMapping mapping = PortMapping.start(
                4711, () -> List.of(new Fake()), time, queued::add, (Optional<InetSocketAddress> address) -> {});

        mapping.close();

        queued.forEach(Runnable::run);
        assertThat(asked).isEmpty();
    }
}
