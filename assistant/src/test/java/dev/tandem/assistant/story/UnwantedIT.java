package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.testing.Prosody;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Two clients with a box between them, which is a transfer repository at first and an archive then. */
@DisplayName("What a device does not want any more is dropped by itself, and git-annex agrees")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class UnwantedIT {
    private static final int MIB = 1 << 20;

    private Prosody server;
    private Device laptop;
    private Device phone;
    private Device box;

    @BeforeAll
    void threeDevices(@TempDir Path directory) throws Exception {
        server = Prosody.start(directory.resolve("prosody"));
        server.addUser("ada", "one").addUser("phone", "two").addUser("box", "three");
        laptop = new Device("laptop", directory);
        phone = new Device("phone", directory);
        box = new Device("box", directory);
        laptop.signIn(server, "ada@localhost", "one");
        phone.signIn(server, "phone@localhost", "two");
        box.signIn(server, "box@localhost", "three");
        box.writes("note.txt", "small\n");
        box.keepsInSync();
        laptop.pairsWith(box);
        phone.pairsWith(box);
        for (Device device : List.of(laptop, phone)) {
            is(device, "client");
        }
        is(box, "transfer");
        everybodyKnows();
    }

    @AfterAll
    void allStops() throws Exception {
        laptop.close();
        phone.close();
        box.close();
        server.close();
    }

    private static void is(Device device, String group) throws Exception {
        device.git("annex", "group", "here", group);
        device.git("annex", "wanted", "here", "standard");
    }

    private static byte[] bytes(long seed) {
        byte[] bytes = new byte[2 * MIB];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private void everybodyKnows() throws Exception {
        for (Device device : List.of(laptop, phone)) {
            device.eventually(
                    "knows all logs",
                    () -> device.git("rev-parse", "git-annex").equals(box.git("rev-parse", "git-annex")));
            device.isInSyncWith(box);
        }
    }

    private static Set<String> on(Device device) throws Exception {
        return new TreeSet<>(device.git("annex", "find", "--in", "here").lines().toList());
    }

    private static boolean hasDropped(Device device, String path) {
        return device.journal("content-dropped").stream().anyMatch(line -> line.contains(path));
    }

    /** Nothing to get and nothing to drop in git-annex's own eyes, no failure, and the truth in every log. */
    private void judge(String path, Set<Device> holders) throws Exception {
        everybodyKnows();
        for (Device device : List.of(laptop, phone, box)) {
            assertThat(on(device).contains(path))
                    .as("%s on %s", path, device.name)
                    .isEqualTo(holders.contains(device));
            String copies = holders.size() == 1 ? "(1 copy)" : "(" + holders.size() + " copies)";
            assertThat(device.git("annex", "whereis", path)).contains(copies);
            assertThat(device.git("annex", "find", "--want-drop", "--in", "here"))
                    .as("what %s should drop", device.name)
                    .isEmpty();
            assertThat(device.git("annex", "find", "--want-get", "--not", "--in", "here"))
                    .as("what %s should get", device.name)
                    .isEmpty();
            assertThat(device.git("annex", "fsck")).doesNotContain("failed").doesNotContain("fixing");
            assertThat(device.git("status", "--porcelain")).isEmpty();
            device.git("fsck", "--strict");
        }
    }

    @Test
    @Order(1)
    @DisplayName("a transfer repository drops a content once all clients have it")
    void transfer() throws Exception {
        laptop.writes("film.mkv", bytes(1));

        phone.sees("film.mkv", bytes(1));
        box.eventually("has dropped it", () -> hasDropped(box, "film.mkv"));

        judge("film.mkv", Set.of(laptop, phone));
        assertThat(Files.size(box.folder.resolve("film.mkv"))).isLessThan(300);
        assertThat(hasDropped(box, "film.mkv")).isTrue();
    }

    @Test
    @Order(2)
    @DisplayName("an archive fetches everything, and clients drop what is in it and lies in an archive directory")
    void archive() throws Exception {
        box.git("annex", "ungroup", "here", "transfer");
        is(box, "archive");
        box.sees("film.mkv", bytes(1));
        judge("film.mkv", Set.of(laptop, phone, box));

        Files.createDirectories(laptop.folder.resolve("archive"));
        Files.move(laptop.folder.resolve("film.mkv"), laptop.folder.resolve("archive/film.mkv"));
        for (Device device : List.of(laptop, phone)) {
            device.eventually("has dropped it", () -> hasDropped(device, "archive/film.mkv"));
        }
        judge("archive/film.mkv", Set.of(box));
    }

    @Test
    @Order(3)
    @DisplayName("what a user gets stays for a while, and goes after the next start, as git-annex's assistant does it")
    void asked() throws Exception {
        Path film = phone.folder.resolve("archive/film.mkv");
        assertThat(phone.actions().get(List.of(film), Duration.ofSeconds(30)))
                .allSatisfy(got -> assertThat(got.done()).isTrue());
        laptop.writes("archive/other.mkv", bytes(2)); // whose way shows that there was time to look
        laptop.eventually("has dropped it", () -> hasDropped(laptop, "archive/other.mkv"));
        everybodyKnows();
        assertThat(on(phone)).contains("archive/film.mkv");

        phone.stops();
        phone.starts();
        phone.eventually("has dropped it", () -> on(phone).isEmpty());
        judge("archive/film.mkv", Set.of(box));
    }

    @Test
    @Order(4)
    @DisplayName("nothing goes below numcopies, nor what another file with the same content keeps")
    void neverTheLast() throws Exception {
        laptop.writes("a/one.bin", bytes(3));
        laptop.writes("b/same.bin", bytes(3));
        laptop.writes("b/two.bin", bytes(4));
        for (Device device : List.of(phone, box)) {
            device.sees("a/one.bin", bytes(3));
            device.sees("b/same.bin", bytes(3));
            device.sees("b/two.bin", bytes(4));
        }
        everybodyKnows();
        box.git("annex", "wanted", "here", "include=a/*");

        box.eventually("has dropped what it may", () -> !on(box).contains("b/two.bin"));

        assertThat(on(box)).contains("a/one.bin", "b/same.bin", "archive/film.mkv", "archive/other.mkv");
        everybodyKnows();
        for (Device device : List.of(laptop, phone, box)) {
            assertThat(device.git("annex", "whereis", "b/two.bin")).contains("(2 copies)");
            assertThat(device.git("annex", "fsck")).doesNotContain("failed").doesNotContain("fixing");
            assertThat(device.git("status", "--porcelain")).isEmpty();
        }
    }

    @Test
    @Order(5)
    @DisplayName("an expression that cannot be understood drops nothing, and is said")
    void notUnderstood() throws Exception {
        phone.git("annex", "wanted", "here", "metadata=tag=done");
        phone.eventually(
                "says so",
                () -> phone.actions().status().alerts().stream()
                        .anyMatch(alert -> alert.text().contains("cannot be understood")));
        assertThat(on(phone)).contains("a/one.bin", "b/two.bin");
        phone.git("annex", "wanted", "here", "");
        phone.eventually(
                "says it no more",
                () -> phone.actions().status().alerts().stream()
                        .noneMatch(alert -> alert.text().contains("cannot be understood")));
    }
}
