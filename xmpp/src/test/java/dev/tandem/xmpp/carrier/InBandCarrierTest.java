package dev.tandem.xmpp.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.testing.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A session with one device")
@Timeout(20)
class InBandCarrierTest {
    private final VirtualTime time = new VirtualTime(new Random(1));
    private final List<Chunk> sent = new ArrayList<>();
    private final List<String> ended = new ArrayList<>();
    private boolean accountTakesMessages = true;
    private final InBandCarrier carrier = new InBandCarrier(
            new DeviceAddress(new DeviceId("b".repeat(64)), "ann@example", "ann@example/b"),
            "x",
            new InBandCarrier.Outlet() {
                @Override
                public void send(InBandCarrier from, Chunk chunk) {
                    if (accountTakesMessages) {
                        sent.add(chunk);
                    } else {
                        time.execute(() -> from.notSent(chunk));
                    }
                }

                @Override
                public void wakeAfter(InBandCarrier whom, long nanos) {
                    time.at(time.nanos() + nanos, whom::wake);
                }

                @Override
                public void ended(InBandCarrier which) {
                    ended.add(which.session);
                }
            },
            time.ticker());

    private void write(int... bytes) throws IOException {
        for (int one : bytes) {
            carrier.write(new byte[] {(byte) one}, 0, 1);
        }
    }

    private void acknowledge(long upTo) {
        carrier.received(new Chunk("x", 0, upTo, Receiver.ROOM, false, new byte[0]));
    }

    private List<Long> sentNumbers() {
        return sent.stream().map(Chunk::sequence).filter(number -> number > 0).toList();
    }

    @Test
    @DisplayName("acknowledges within 20 ms what gets no answer, and with the answer what gets one")
    void acknowledges() throws IOException {
        carrier.received(new Chunk("x", 1, 0, Receiver.ROOM, false, new byte[] {1}));
        time.pass(19);
        assertThat(sent).isEmpty();
        time.pass(1);
        assertThat(sent).extracting(Chunk::acknowledged).containsExactly(1L);

        sent.clear();
        carrier.received(new Chunk("x", 2, 0, Receiver.ROOM, false, new byte[] {1}));
        write(1);
        time.pass(100);
        assertThat(sent).extracting(Chunk::acknowledged).containsExactly(2L);
    }

    @Test
    @DisplayName("does nothing at all while there is nothing to do")
    void idle() throws IOException {
        write(1);
        acknowledge(1);
        sent.clear();
        time.pass(5_000);
        long steps = time.steps();

        time.pass(3_600_000);

        assertThat(sent).isEmpty();
        assertThat(time.steps() - steps).isLessThanOrEqualTo(1);
    }

    @Nested
    @DisplayName("when the other device says nothing")
    class Silence {
        @Test
        @DisplayName("PUSH-11: ends after 120 s with something unacknowledged, not before")
        void silent() throws IOException {
            write(1);
            time.pass(119_000);
            assertThat(ended).isEmpty();
            time.pass(2_000);

            assertThat(ended).containsExactly("x");
            assertThatThrownBy(() -> write(2)).hasMessageContaining("silent");
        }

        @Test
        @DisplayName("lives on for as long as nothing is expected of it")
        void idleForever() throws IOException {
            write(1);
            acknowledge(1);
            time.pass(86_400_000);
            write(2);

            assertThat(ended).isEmpty();
        }
    }

    @Nested
    @DisplayName("when presence comes and goes")
    class PresenceChanges {
        @Test
        @DisplayName("ends after 30 s of the device's absence, not before")
        void gone() {
            carrier.presence(false);
            time.pass(29_900);
            assertThat(ended).isEmpty();
            time.pass(200);

            assertThat(ended).containsExactly("x");
        }

        @Test
        @DisplayName("sends again once what was in flight, when the device is back, and nothing in between")
        void back() throws IOException {
            write(1, 2, 3);
            sent.clear();
            carrier.presence(false);
            write(4);
            time.pass(20_000);
            assertThat(sent).isEmpty();

            carrier.presence(true);
            assertThat(sentNumbers()).containsExactly(1L, 2L, 3L, 4L);
            time.pass(900);
            assertThat(sentNumbers()).hasSize(4);
        }

        @Test
        @DisplayName("our own account being offline is not the other device's absence")
        void ownAccountOffline() throws IOException {
            write(1);
            sent.clear();
            carrier.signedOut();
            carrier.presence(false);
            time.pass(100_000);
            assertThat(ended).isEmpty();
            assertThat(sent).isEmpty();

            carrier.signedIn();
            carrier.presence(true);
            assertThat(sentNumbers()).containsExactly(1L);
        }

        @Test
        @DisplayName("… but it has to show itself within 30 s of our coming back")
        void notThereWhenWeAreBack() {
            carrier.signedOut();
            carrier.presence(false);
            time.pass(60_000);
            carrier.signedIn();
            time.pass(29_900);
            assertThat(ended).isEmpty();
            time.pass(200);

            assertThat(ended).containsExactly("x");
        }
    }

    @Nested
    @DisplayName("when the account's stream is resumed (XEP-0198)")
    class Resumption {
        @Test
        @DisplayName("sends at once what the account could not take, and does not repeat what it did take")
        void resumed() throws IOException {
            write(1, 2);
            accountTakesMessages = false;
            write(3, 4);
            time.pass(10);
            carrier.signedOut();
            time.pass(1_500);
            sent.clear();
            accountTakesMessages = true;
            carrier.signedIn();

            assertThat(sentNumbers()).containsExactly(3L, 4L);
            time.pass(900);
            acknowledge(4);
            time.pass(10_000);
            assertThat(sentNumbers()).hasSize(2);
        }

        @Test
        @DisplayName("without a word from the account, tries again every second")
        void notToldOfAnything() throws IOException {
            accountTakesMessages = false;
            write(1);
            time.pass(3_500);
            assertThat(sent).isEmpty();
            accountTakesMessages = true;
            time.pass(1_000);

            assertThat(sentNumbers()).containsExactly(1L);
        }
    }

    @Test
    @DisplayName("asks for messages that are no more than a server lets through in half a second")
    void messageBytes() throws IOException {
        carrier.write(new byte[1], 0, 1);
        time.pass(5);
        acknowledge(1);
        int before = carrier.messageBytes();
        for (int number = 2; number < 10; number++) {
            carrier.write(new byte[carrier.messageBytes()], 0, carrier.messageBytes());
            time.pass(950); // some 2 kB/s
            acknowledge(number);
        }

        assertThat(before).isBetween(1024, 1030);
        assertThat(carrier.messageBytes()).isEqualTo(256);
    }

    @Test
    @DisplayName("a reset by the other side fails both directions at once, with the reason")
    void reset() throws IOException {
        write(1);
        carrier.fail("the other device knows nothing of this session any more");

        assertThat(ended).containsExactly("x");
        assertThatThrownBy(() -> write(2)).hasMessageContaining("knows nothing");
        assertThatThrownBy(() -> carrier.read(new byte[1], 0, 1)).hasMessageContaining("knows nothing");
    }

    @Test
    @DisplayName("a message held beyond a gap is told of, and a malformed list of those is refused")
    void held() {
        carrier.received(new Chunk("x", 1, 0, Receiver.ROOM, false, new byte[] {1}));
        carrier.received(new Chunk("x", 3, 0, Receiver.ROOM, false, new byte[] {1}));
        carrier.received(new Chunk("x", 11, 0, Receiver.ROOM, false, new byte[] {1}));
        Chunk last = sent.get(sent.size() - 1);

        assertThat(last.acknowledged()).isEqualTo(1);
        assertThat(last.encode().attributes()).containsEntry("h", "0202");
        assertThat(Chunk.decode(last.encode()).orElseThrow().held()).isEqualTo(last.held());
        var hostile = new java.util.HashMap<>(last.encode().attributes());
        for (String bits : List.of("0", "zz", "ff".repeat(33))) {
            hostile.put("h", bits);
            assertThat(Chunk.decode(new dev.tandem.xmpp.account.Payload("n", "link", hostile, new byte[0])))
                    .isEmpty();
        }
    }
}
