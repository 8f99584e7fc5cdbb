package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.api.Status;
import dev.tandem.xmpp.testing.Prosody;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Two repositories that only git-annex touches, each a remote of one of two devices")
class BridgeIT {
    private static final int MIB = 1 << 20;

    private static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static Path cloneOf(Device device, String name) throws Exception {
        Path clone = device.home.resolveSibling(name);
        device.git("clone", "-q", device.folder.toString(), clone.toString());
        device.in(clone, "annex", "init", name);
        device.in(clone, "annex", "sync", "--content");
        device.actions().addRemote("notes", name, clone.toString());
        return clone;
    }

    private static void syncs(Device device) throws Exception {
        device.actions().sync(Optional.of("notes"), Duration.ofSeconds(60));
    }

    private static Set<String> whereis(Device device, Path repository, String path) throws Exception {
        return new TreeSet<>(device.in(repository, "annex", "whereis", "--format=${uuid}\\n", path)
                .lines()
                .filter(line -> !line.isBlank())
                .toList());
    }

    private static String uuid(Device device, Path repository) throws Exception {
        return device.in(repository, "config", "annex.uuid").strip();
    }

    @Test
    @DisplayName("what is added to one is in the other, with its content; what is dropped there is known everywhere")
    void bridge(@TempDir Path directory) throws Exception {
        try (Prosody server = Prosody.start(directory.resolve("prosody"));
                Device laptop = new Device("laptop", directory);
                Device phone = new Device("phone", directory)) {
            server.addUser("ada", "one").addUser("phone", "two");
            laptop.signIn(server, "ada@localhost", "one");
            phone.signIn(server, "phone@localhost", "two");
            laptop.writes("first.bin", bytes(2 * MIB, 1));
            laptop.keepsInSync();
            phone.pairsWith(laptop);
            phone.sees("first.bin", bytes(2 * MIB, 1));
            Path here = cloneOf(laptop, "here");
            Path there = cloneOf(phone, "there");

            Files.write(here.resolve("song.flac"), bytes(3 * MIB, 2));
            laptop.in(here, "annex", "add", "song.flac");
            laptop.in(here, "annex", "sync", "--content");
            phone.sees("song.flac", bytes(3 * MIB, 2));
            syncs(phone);
            phone.in(there, "annex", "sync", "--content");

            assertThat(there.resolve("song.flac")).hasBinaryContent(bytes(3 * MIB, 2));
            phone.in(there, "annex", "drop", "song.flac");
            phone.in(there, "annex", "sync");
            Set<String> holders =
                    new TreeSet<>(List.of(uuid(laptop, laptop.folder), uuid(phone, phone.folder), uuid(laptop, here)));
            laptop.eventually(
                    "knows of the drop",
                    () -> whereis(laptop, laptop.folder, "song.flac").equals(holders));
            phone.eventually(
                    "knows of the drop",
                    () -> whereis(phone, phone.folder, "song.flac").equals(holders));
            syncs(laptop);
            laptop.in(here, "annex", "sync");

            assertThat(whereis(laptop, here, "song.flac")).isEqualTo(holders);
            assertThat(whereis(phone, there, "song.flac")).isEqualTo(holders);
            assertThat(laptop.status().remotes())
                    .extracting(Status.Remote::state)
                    .containsExactly("ok");
            for (Path repository : List.of(laptop.folder, phone.folder, here, there)) {
                assertThat(laptop.in(repository, "annex", "fsck"))
                        .doesNotContain("fixing")
                        .doesNotContain("failed");
                assertThat(laptop.in(repository, "status", "--porcelain")).isEmpty();
                laptop.in(repository, "fsck", "--strict");
            }
        }
    }
}
