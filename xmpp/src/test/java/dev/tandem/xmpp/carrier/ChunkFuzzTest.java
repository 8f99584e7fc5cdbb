package dev.tandem.xmpp.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.xmpp.account.Elements;
import dev.tandem.xmpp.testing.Fuzzing;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.BitSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a server puts into the carrier's messages")
class ChunkFuzzTest {
    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: a carrier's message is read or refused (Jazzer)")
    void chunk(byte[] input) {
        try {
            read(input);
        } catch (IOException malformed) {
            assertThat(malformed).isNotNull();
        }
    }

    @Test
    @DisplayName(
            "GRID-9: a carrier's message is read or refused, within time and memory; what is read can be sent again")
    void manyChunks() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "chunk", 1, ChunkFuzzTest::read);
    }

    private static void read(byte[] input) throws IOException {
        Chunk chunk = Chunk.decode(Elements.payload(input)).orElseThrow(() -> new IOException("refused"));

        assertThat(chunk.sequence()).isNotNegative();
        assertThat(chunk.window()).isNotNegative();
        assertThat(chunk.content().length).isLessThanOrEqualTo(Chunk.MAX_CONTENT);
        Chunk again = Chunk.decode(chunk.encode()).orElseThrow();
        assertThat(again).usingRecursiveComparison().isEqualTo(chunk);
    }

    @FuzzTest(maxDuration = "10m")
    @DisplayName("GRID-9: a session takes any sequence of numbers (Jazzer)")
    void session(byte[] input) {
        try {
            talk(input);
        } catch (IOException end) {
            assertThat(end).isNotNull();
        }
    }

    @Test
    @DisplayName("GRID-9: a session takes any sequence of numbers, and keeps no more than its windows")
    void manySessions() throws InterruptedException {
        Fuzzing.fuzz(getClass(), "session", 1, ChunkFuzzTest::talk);
    }

    /** Numbers and acknowledgements as the input says, until it ends: 12 bytes a message. */
    private static void talk(byte[] input) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(input));
        Sender sender = new Sender();
        Receiver receiver = new Receiver();
        long now = 1;
        long delivered = 0;
        while (in.available() >= 12) {
            int kind = in.readUnsignedByte();
            now += in.readUnsignedByte() * 10_000_000L;
            int near = in.readShort();
            long number = (kind & 1) == 0 ? near : (long) in.readInt() << (kind & 31);
            int room = in.readInt() & Integer.MAX_VALUE;
            if ((kind & 2) != 0 && !sender.isFull()) {
                sender.write(new byte[1]);
            }
            BitSet held = BitSet.valueOf(new long[] {number * kind});
            sender.acknowledged(Math.max(0, number), room, (kind & 4) != 0, held, now);
            assertThat(sender.poll(now).size())
                    .as("as many single bytes as cost a full window")
                    .isLessThanOrEqualTo(3000);
            if ((kind & 8) != 0) {
                sender.resend();
            }
            if (number > 0) {
                receiver.accept(new Chunk("s", number, 0, 0, held, (kind & 64) != 0, new byte[] {1}));
            }
            while ((kind & 16) != 0 && !receiver.isEmpty()) {
                receiver.take();
                delivered++;
            }
            assertThat(receiver.room()).isBetween(0, Receiver.ROOM);
            assertThat(delivered).isLessThanOrEqualTo(receiver.acknowledged());
        }
    }
}
