package dev.tandem.assistant;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.assistant.core.Membership;
import dev.tandem.gitsync.exchange.TimesBlock;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.testing.Fuzzing;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.zip.DeflaterOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What a paired device puts into its messages")
class PeerFuzzTest {
    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: CanPush, PushRequest and StartingPush are read or refused (Jazzer)")
    void message(byte[] input) {
        try {
            readMessage(input);
        } catch (IOException malformed) {
            assertThat(malformed).isNotNull();
        }
    }

    @Test
    @DisplayName("GRID-9: CanPush, PushRequest and StartingPush are read or refused, within time and memory")
    void manyMessages() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "message", 1, PeerFuzzTest::readMessage);
    }

    private static void readMessage(byte[] input) throws IOException {
        PushWire.Message message = PushWire.message(input);

        assertThat(message.to()).isNotNull();
        assertThat(message.from()).isNotNull();
        PushWire.message(PushWire.encode(message));
        isCommit(message.announcement().tips().head());
    }

    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: an answer is read or refused (Jazzer)")
    void answer(byte[] input) {
        try {
            readAnswer(input);
        } catch (IOException malformed) {
            assertThat(malformed).isNotNull();
        }
    }

    @Test
    @DisplayName("GRID-9: an answer is read or refused, within time and memory")
    void manyAnswers() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "answer", 1, PeerFuzzTest::readAnswer);
    }

    private static void readAnswer(byte[] input) throws IOException {
        PushWire.Answer answer = PushWire.answer(input);

        assertThat(answer.refused() != null || answer.reply() != null).isTrue();
        isCommit(answer.announcement().tips().annex());
    }

    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: introductions and revocations are read or refused (Jazzer)")
    void members(byte[] input) {
        try {
            readMembers(input);
        } catch (IOException malformed) {
            assertThat(malformed).isNotNull();
        }
    }

    @Test
    @DisplayName("GRID-9: introductions and revocations are read or refused, within time and memory")
    void manyMembers() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "members", 1, PeerFuzzTest::readMembers);
    }

    private static void readMembers(byte[] input) throws IOException {
        MeshWire.Message message = MeshWire.message(input);
        Membership.Told told = MeshWire.told(message);

        assertThat(told.members())
                .allSatisfy(member -> assertThat(member.name() + member.jid())
                        .matches(text -> text.chars()
                                .noneMatch(
                                        c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT)));
        Membership known = new Membership(new DeviceId("f".repeat(64)), message.to(), List.of(), List.of());
        Membership.Heard heard = known.hear(told, Instant.EPOCH, uuid -> Optional.empty());
        MeshWire.message(PushWire.encode(MeshWire.message(
                message.from(),
                message.to(),
                heard.after(),
                message.name(),
                heard.after().tell(known.self()))));
    }

    @Test
    @DisplayName("GRID-9: more members or revocations than a folder has, or more text, is refused as it is")
    void tooManyMembers() {
        String one = "{'device':'" + "a".repeat(64)
                + "','uuid':'b2f0d0a6-5c5c-4f0e-9f4e-2d6c1e5a7b10','name':'x','jid':'a@b','term':0}";
        String gone = "{'device':'" + "a".repeat(64) + "','term':0,'at':0}";

        for (String told : List.of(
                "'members':[" + String.join(",", Collections.nCopies(Membership.MAX_MEMBERS + 1, one)) + "]",
                "'revoked':[" + String.join(",", Collections.nCopies(Membership.MAX_REVOCATIONS + 1, gone)) + "]",
                "'more':'" + "x".repeat(MeshWire.MAX_BYTES) + "'",
                "'members':[" + one.replace("a@b", "a@" + "b".repeat(300)) + "]",
                "'members':[" + one.replace("'name':'x'", "'name':'" + "x".repeat(101) + "'") + "]",
                "'members':[" + one.replace("'term':0", "'term':-1") + "]",
                "'members':[" + one.replace("a".repeat(64), "A".repeat(64)) + "]",
                "'members':[null]")) {
            String message =
                    "{'to':'b2f0d0a6-5c5c-4f0e-9f4e-2d6c1e5a7b10','from':'b2f0d0a6-5c5c-4f0e-9f4e-2d6c1e5a7b11',"
                            + "'digest':'0123456789abcdef','name':'x'," + told + "}";
            assertThatThrownBy(() -> MeshWire.message(message.replace('\'', '"').getBytes(UTF_8)))
                    .as(told.substring(0, Math.min(200, told.length())))
                    .isInstanceOf(IOException.class);
        }
    }

    private static void isCommit(@Nullable String id) {
        assertThat(id == null || id.matches("[0-9a-f]{40}")).isTrue();
    }

    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: the facts of a pairing are read or refused (Jazzer)")
    void facts(byte[] input) {
        try {
            readFacts(input);
        } catch (IOException malformed) {
            assertThat(malformed).isNotNull();
        }
    }

    @Test
    @DisplayName("GRID-9: the facts of a pairing are read or refused, within time and memory")
    void manyFacts() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "facts", 1, PeerFuzzTest::readFacts);
    }

    private static void readFacts(byte[] input) throws IOException {
        PairingFacts facts = PairingFacts.parse(input);

        assertThat(facts.folder()).isNotEmpty().doesNotContain("/").isNotEqualTo("..");
        assertThat(facts.folder() + facts.device() + facts.branch())
                .matches(text -> text.chars()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT));
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "../x", "a/b", "a\\\\b", "", "\\u009b2J", "\\u202e"})
    @DisplayName(
            "GRID-3: a folder that is named so that it would lie elsewhere, be hidden or steer a terminal is refused")
    void folderNames(String name) {
        String facts =
                "{'folder':'" + name + "','uuid':'b2f0d0a6-5c5c-4f0e-9f4e-2d6c1e5a7b10','branch':'main','device':'x'}";

        assertThatThrownBy(() -> PairingFacts.parse(facts.replace('\'', '"').getBytes(UTF_8)))
                .isInstanceOf(IOException.class);
    }

    @Test
    @DisplayName("GRID-3: a hidden directory is nobody's to name but the user's")
    void hiddenDirectory() throws IOException {
        String facts = "{'folder':'.ssh','uuid':'b2f0d0a6-5c5c-4f0e-9f4e-2d6c1e5a7b10','branch':'main','device':'x'}";

        PairingFacts named = PairingFacts.parse(facts.replace('\'', '"').getBytes(UTF_8));

        assertThatThrownBy(named::directoryName).isInstanceOf(IOException.class);
    }

    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: the times that travel before a pack are read or refused (Jazzer)")
    void times(byte[] input) {
        try {
            readTimes(input);
        } catch (IOException malformed) {
            assertThat(malformed).isNotNull();
        }
    }

    @Test
    @DisplayName("GRID-9: the times that travel before a pack are read or refused, within time and memory")
    void manyTimes() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "times", 1, PeerFuzzTest::readTimes);
    }

    private static void readTimes(byte[] input) throws IOException {
        assertThat(TimesBlock.decode(input)).isNotNegative();
    }

    @Test
    @DisplayName("GRID-9: a small block of times is not blown up without measure")
    void blownUpTimes() throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(block))) {
            out.writeInt(4_000_000);
            String path = "x".repeat(60_000);
            for (int i = 0; i < 300; i++) {
                out.writeUTF(path);
                out.write(new byte[28]);
            }
        }

        assertThat(block.size()).isLessThan(50_000);
        assertThatThrownBy(() -> TimesBlock.decode(block.toByteArray()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("blown up");
    }
}
