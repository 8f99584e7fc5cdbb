package dev.tandem.xmpp.pairing;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.account.Elements;
import dev.tandem.xmpp.testing.Fuzzing;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a stranger puts into a pairing")
class PairingFuzzTest {
    private static final DeviceId ME = new DeviceId("a".repeat(64));
    private static final DeviceId STRANGER = new DeviceId("b".repeat(64));
    private static final SecureRandom RANDOM = new SecureRandom();

    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: a pairing message is read or refused, and answered with no more than a refusal (Jazzer)")
    void message(byte[] input) {
        try {
            answer(input);
        } catch (IOException malformed) {
            assertThat(malformed).isNotNull();
        }
    }

    @Test
    @DisplayName("GRID-9: a pairing message is read or refused, within time and memory")
    void manyMessages() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "message", 1, PairingFuzzTest::answer);
    }

    private static void answer(byte[] input) throws IOException {
        PairingMessage message =
                PairingMessage.decode(Elements.payload(input)).orElseThrow(() -> new IOException("refused"));
        assertThat(PairingMessage.decode(message.encode())).isPresent();
        Joined.split(message.content());
        Offering offering = new Offering(ME, RANDOM, (from, left) -> {});

        Optional<PairingMessage> answer =
                offering.answer(new DeviceAddress(STRANGER, "me@example.org", "you@example.net/x"), message);

        assertThat(answer.orElseThrow().step()).isIn(PairingMessage.Step.OFFERS, PairingMessage.Step.REFUSED);
    }

    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: the numbers of a key exchange are believed or refused (Jazzer)")
    void numbers(byte[] input) {
        try {
            exchange(input);
        } catch (IOException malformed) {
            assertThat(malformed).isNotNull();
        }
    }

    @Test
    @DisplayName("GRID-9: the numbers of a key exchange are refused, within time and memory")
    void manyNumbers() throws InterruptedException {
        // each costs powers of numbers of 3072 bits
        Fuzzing.fuzz(getClass(), "numbers", 100, this::exchange);
    }

    private static KeyExchange ours() {
        return new KeyExchange(ME, STRANGER, "sunlight-starhouse-rosecanyon", RANDOM);
    }

    private KeyExchange keys = ours();

    private void exchange(byte[] input) throws IOException {
        keys.takeRound1(input);
        keys = ours(); // it was sound, and counts once
    }
}
