package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.Options;
import dev.tandem.xmpp.testing.Prosody;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counted on the links themselves, of both devices together: contents, git, messages, everything. */
@DisplayName("An edit of a large file moves little")
class MovedBytesIT {
    private static final int MIB = 1 << 20;

    private Prosody server;
    private Device laptop;
    private Device phone;

    @BeforeEach
    void twoPairedDevices(@TempDir Path directory) throws Exception {
        server = Prosody.start(directory.resolve("prosody"));
        server.addUser("ada", "one").addUser("phone", "two");
        laptop = new Device("laptop", directory, Options.Direct.HERE);
        phone = new Device("phone", directory, Options.Direct.HERE);
        laptop.signIn(server, "ada@localhost", "one");
        phone.signIn(server, "phone@localhost", "two");
    }

    @AfterEach
    void allStops() throws Exception {
        laptop.close();
        phone.close();
        server.close();
    }

    private static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private long moved() {
        return laptop.sentBytes() + phone.sentBytes();
    }

    private long moves(byte[] content) throws Exception {
        phone.isInSyncWith(laptop);
        long before = moved();
        laptop.writes("disk.img", content);
        phone.sees("disk.img", content);
        phone.isInSyncWith(laptop);
        return moved() - before;
    }

    @Test
    @DisplayName("1 MiB anew in the middle of 64 MiB, and a line inserted at the front, move 3 MiB each at most")
    void edits() throws Exception {
        byte[] first = bytes(64 * MIB, 1);
        laptop.writes("disk.img", first);
        laptop.keepsInSync();
        phone.pairsWith(laptop);
        phone.sees("disk.img", first);
        assertThat(moved()).as("the first version, to see that it is counted").isGreaterThan(64 * MIB);

        byte[] edited = first.clone();
        System.arraycopy(bytes(MIB, 2), 0, edited, 32 * MIB, MIB);
        assertThat(moves(edited)).as("the edit").isBetween((long) MIB, 3L * MIB);

        byte[] front = "one line more\n".getBytes(StandardCharsets.UTF_8);
        byte[] longer = Arrays.copyOf(front, front.length + edited.length);
        System.arraycopy(edited, 0, longer, front.length, edited.length);
        assertThat(moves(longer)).as("the insertion").isLessThanOrEqualTo(3L * MIB);
    }
}
