package dev.tandem.xmpp.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A candidate")
class CandidateTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.0.2.1:4711",
                "10.0.0.1:1",
                "169.254.7.7:65535",
                "[2001:db8::1]:4711",
                "[fd00::2]:80",
                "127.0.0.1:9",
                "[::1]:9"
            })
    @DisplayName("is read as it is written")
    void readsWhatItWrites(String text) {
        assertThat(Candidate.parse(text)).map(Candidate::toString).contains(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.org:80",
                "localhost:80",
                "a.b.c.d:80",
                "1.2.3:80",
                "01.2.3.4:80",
                "1.2.3.4",
                "1.2.3.4:",
                "1.2.3.4:0",
                "1.2.3.4:080",
                "1.2.3.4:65536",
                "1.2.3.4:99999999999",
                "1.2.3.4:+80",
                " 1.2.3.4:80",
                "1.2.3.4:80\n",
                "[1.2.3.4]:80",
                "::1:80",
                "[::1:80",
                "[2001:db8::1]",
                "[example.org]:80",
                "[fe80::1%eth0]:80",
                "0x7f000001:80",
                "2130706433:80"
            })
    @DisplayName("is refused where it is anything but a literal address and a port")
    void literalsOnly(String text) {
        assertThat(Candidate.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0:80",
                "0.1.2.3:80",
                "[::]:80",
                "224.0.0.251:5353",
                "239.255.255.250:1900",
                "[ff02::fb]:5353",
                "255.255.255.255:80",
                "240.0.0.1:80",
                "[fe80::1]:80",
                "[::ffff:10.0.0.1]:80"
            })
    @DisplayName("is refused where no peer may make us dial")
    void nowhere(String text) {
        assertThat(Candidate.parse(text)).isEmpty();
    }

    @Test
    @DisplayName("is refused without being looked at when it is long")
    void tooLong() {
        assertThat(Candidate.parse("[" + "0".repeat(100_000) + "]:80")).isEmpty();
    }

    @Test
    @DisplayName("has the scope of a link-local address only")
    void scopes() throws Exception {
        assertThat(Candidate.of(InetAddress.getByName("fe80::1%1"), 7).toString())
                .isEqualTo("[fe80::1%1]:7");
        assertThat(Candidate.of(InetAddress.getByName("fd00::1%1"), 7).toString())
                .isEqualTo("[fd00::1]:7");
    }

    @Test
    @DisplayName("becomes an address without a name server")
    void dialled() throws Exception {
        assertThat(new Candidate("192.0.2.1", 7).address())
                .isEqualTo(new InetSocketAddress(InetAddress.getByName("192.0.2.1"), 7));
        assertThatThrownBy(() -> new Candidate("example.org", 7).address())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Candidate("192.0.2.1", 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("of another device may be ourselves only where that is wanted")
    void loopback() {
        List<String> texts = List.of("127.0.0.1:7", "[::1]:7", "nonsense", "192.0.2.1:7", "192.0.2.1:7");

        assertThat(Addresses.of(texts, false)).containsExactly(new Candidate("192.0.2.1", 7));
        assertThat(Addresses.of(texts, true)).hasSize(3);
    }
}
