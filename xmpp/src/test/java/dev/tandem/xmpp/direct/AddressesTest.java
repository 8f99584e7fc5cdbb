package dev.tandem.xmpp.direct;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The addresses of this device")
class AddressesTest {
    private static Addresses.Interface interfaceWith(boolean pointToPoint, String... addresses)
            throws UnknownHostException {
        List<InetAddress> all = new ArrayList<>();
        for (String address : addresses) {
            all.add(InetAddress.getByName(address));
        }
        return new Addresses.Interface(pointToPoint, all);
    }

    private static List<String> best(
            boolean loopback, Optional<InetSocketAddress> external, Addresses.Interface... all) {
        return Addresses.best(List.of(all), 7, loopback, external).stream()
                .map(Candidate::toString)
                .toList();
    }

    @Test
    @DisplayName("take turns by family, and the gateway's comes after the first of each")
    void order() throws Exception {
        List<String> candidates = best(
                false,
                Optional.of(new InetSocketAddress("203.0.113.9", 4711)),
                interfaceWith(true, "10.8.0.2"),
                interfaceWith(false, "169.254.3.3", "192.168.1.5", "2001:db8::5", "fd00::5", "fe80::5"));

        assertThat(candidates)
                .containsExactly(
                        "[2001:db8::5]:7",
                        "192.168.1.5:7",
                        "203.0.113.9:4711",
                        "[fd00::5]:7",
                        "10.8.0.2:7",
                        "169.254.3.3:7");
    }

    @Test
    @DisplayName("leave out what nobody else can dial")
    void useless() throws Exception {
        assertThat(best(false, Optional.empty(), interfaceWith(false, "127.0.0.1", "::1", "fe80::1", "0.0.0.0")))
                .isEmpty();
        assertThat(best(true, Optional.empty(), interfaceWith(false, "127.0.0.1", "::1")))
                .containsExactly("[::1]:7", "127.0.0.1:7");
    }

    @Test
    @DisplayName("are few, and the gateway's is always among them")
    void bounded() throws Exception {
        Addresses.Interface[] many = new Addresses.Interface[30];
        for (int i = 0; i < many.length; i++) {
            int number = i;
            many[i] = interfaceWith(
                    false,
                    IntStream.range(0, 20)
                            .mapToObj(address -> "10." + number + ".0." + address)
                            .toArray(String[]::new));
        }

        List<String> candidates = best(false, Optional.of(new InetSocketAddress("203.0.113.9", 4711)), many);

        assertThat(candidates).hasSize(Addresses.MAX).contains("203.0.113.9:4711");
        assertThat(candidates.stream().filter(text -> text.startsWith("10.0."))).hasSize(4);
    }

    @Test
    @DisplayName("of another device are read up to a bound")
    void othersBounded() {
        List<String> hostile = IntStream.range(0, 100_000)
                .mapToObj(i -> "10.0.0.1:" + (i % 60_000 + 1))
                .toList();

        assertThat(Addresses.of(hostile, false)).hasSize(Addresses.MAX);
    }

    @Test
    @DisplayName("can be had from the system")
    void system() throws Exception {
        assertThat(Addresses.own(7, true, Optional.empty()))
                .isNotEmpty()
                .allSatisfy(candidate ->
                        assertThat(candidate.address().isUnresolved()).isFalse());
    }
}
