package dev.tandem.xmpp.account;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.xmpp.testing.Fuzzing;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a server or a stranger puts into our elements")
class ElementFuzzTest {
    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: a stanza's extension is read or refused (Jazzer)")
    void extension(byte[] input) {
        try {
            readExtension(input);
        } catch (IOException malformed) {
            assertThat(malformed).isNotNull();
        }
    }

    @Test
    @DisplayName("GRID-9: a stanza's extension is read or refused, within time and memory")
    void manyExtensions() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "extension", 1, ElementFuzzTest::readExtension);
    }

    @Test
    @DisplayName("GRID-9: an element that a document type blows up to a million times its size is not blown up")
    void entities() {
        StringBuilder xml = new StringBuilder("<!DOCTYPE l [<!ENTITY a0 'aaaaaaaaaa'>");
        for (int i = 1; i < 7; i++) {
            xml.append("<!ENTITY a")
                    .append(i)
                    .append(" '")
                    .append(("&a" + (i - 1) + ";").repeat(10))
                    .append("'>");
        }
        xml.append("]><link xmlns='urn:tandem:link:1' s='1'>&a6;</link>");

        assertThatThrownBy(() -> readExtension(xml.toString().getBytes(UTF_8))).isInstanceOf(IOException.class);
    }

    private static void readExtension(byte[] input) throws IOException {
        Payload payload = Elements.payload(input);
        assertThat(payload.content().length).isLessThanOrEqualTo(12 * 1024);
    }

    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: a presence names a device or none (Jazzer)")
    void presence(byte[] input) {
        try {
            readPresence(input);
        } catch (IOException malformed) {
            assertThat(malformed).isNotNull();
        }
    }

    @Test
    @DisplayName("GRID-9: a presence names a device or none, within time and memory")
    void manyPresences() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "presence", 1, ElementFuzzTest::readPresence);
    }

    private static void readPresence(byte[] input) throws IOException {
        Optional<DeviceId> device = Elements.device(input);
        device.ifPresent(id -> assertThat(id.hex()).hasSize(64));
    }
}
