package dev.tandem.xmpp.direct;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.xmpp.testing.Fuzzing;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a peer says of its addresses")
class AddressFuzzTest {
    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: addresses are read or left out (Jazzer)")
    void addresses(byte[] input) {
        read(input);
    }

    @Test
    @DisplayName("GRID-9: addresses are read or left out, within time and memory; none asks a name server")
    void manyAddresses() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "addresses", 1, AddressFuzzTest::read);
    }

    private static void read(byte[] input) {
        List<String> lines = new String(input, UTF_8).lines().toList();
        for (Candidate candidate : Addresses.of(lines, false)) {
            assertThat(candidate.address().isUnresolved()).isFalse();
            assertThat(candidate.isLoopback()).isFalse();
            assertThat(Candidate.parse(candidate.toString())).contains(candidate);
        }
    }
}
