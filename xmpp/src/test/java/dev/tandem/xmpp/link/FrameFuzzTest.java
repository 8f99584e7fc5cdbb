package dev.tandem.xmpp.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.xmpp.testing.Fuzzing;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a peer puts into frames")
class FrameFuzzTest {
    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: a frame is read or malformed (Jazzer)")
    void frame(byte[] input) {
        try {
            read(input);
        } catch (IOException malformed) {
            assertThat(malformed).isNotNull();
        }
    }

    @Test
    @DisplayName("GRID-9: a frame is read or malformed, within time and memory; what is read is what was sent")
    void manyFrames() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "frame", 1, FrameFuzzTest::read);
    }

    private static void read(byte[] input) throws IOException {
        Frame frame = Frame.read(new ByteArrayInputStream(input));

        assertThat(frame.stream()).isNotNegative();
        assertThat(frame.payload().length).isLessThanOrEqualTo(Frame.MAX_PAYLOAD);
        byte[] again = frame.encode();
        assertThat(Arrays.equals(again, 0, again.length, input, 0, again.length))
                .isTrue();
    }

    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: a call is read or malformed (Jazzer)")
    void call(byte[] input) {
        try {
            readCall(input);
        } catch (IOException malformed) {
            assertThat(malformed).isNotNull();
        }
    }

    @Test
    @DisplayName("GRID-9: a call is read or malformed, within time and memory")
    void manyCalls() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "call", 1, FrameFuzzTest::readCall);
    }

    private static void readCall(byte[] input) throws IOException {
        Call call = Call.decode(input);

        assertThat(call.remaining().isNegative()).isFalse();
        assertThat(call.body().length).isLessThan(input.length);
    }

    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: a greeting is read or refused (Jazzer)")
    void hello(byte[] input) {
        try {
            readHello(input);
        } catch (IOException malformed) {
            assertThat(malformed).isNotNull();
        }
    }

    @Test
    @DisplayName("GRID-9: a greeting is read or refused, within time and memory; its name cannot steer a terminal")
    void manyHellos() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "hello", 1, FrameFuzzTest::readHello);
    }

    private static void readHello(byte[] input) throws IOException {
        Hello hello = Hello.decode(input);

        assertThat(hello.name()).hasSizeLessThanOrEqualTo(100);
        assertThat(hello.name()
                        .chars()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT))
                .isTrue();
        assertThat(Hello.decode(hello.encode()).instance()).isEqualTo(hello.instance());
    }

    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9, GRID-24: any sequence of frames leaves a link bounded, or ends it (Jazzer)")
    void link(byte[] input) {
        try {
            converse(input);
        } catch (IOException malformed) {
            assertThat(malformed).isNotNull();
        }
    }

    @Test
    @DisplayName("GRID-9, GRID-24: any sequence of frames leaves a link bounded, or ends it, within time and memory")
    void manyLinks() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "link", 1, FrameFuzzTest::converse);
    }

    private static void converse(byte[] input) throws IOException {
        try (HostilePeer peer = new HostilePeer()) {
            peer.callAndOpen();
            ByteArrayInputStream in = new ByteArrayInputStream(input);
            while (in.available() > 0 && peer.isUp()) {
                peer.sends(Frame.read(in));
            }
        }
    }
}
