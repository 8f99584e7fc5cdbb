package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.testing.Prosody;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Large files between two devices; after each chapter the real git and git-annex look at both. */
@DisplayName("Two devices share large files, and git-annex finds nothing to mend")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LargeFilesIT {
    private static final int MIB = 1 << 20;

    private Prosody server;
    private Device laptop;
    private Device phone;

    @BeforeAll
    void twoPairedDevices(@TempDir Path directory) throws Exception {
        server = Prosody.start(directory.resolve("prosody"));
        server.addUser("ada", "one").addUser("phone", "two");
        laptop = new Device("laptop", directory);
        phone = new Device("phone", directory);
        laptop.signIn(server, "ada@localhost", "one");
        phone.signIn(server, "phone@localhost", "two");
    }

    @AfterAll
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

    /** What the issue asks for after every scenario. */
    private void judge(int files) throws Exception {
        phone.isInSyncWith(laptop);
        for (Device device : List.of(laptop, phone)) {
            assertThat(device.git("status", "--porcelain")).isEmpty();
            device.git("fsck", "--strict");
            assertThat(device.git("annex", "find").lines()).hasSize(files);
            for (String path : device.git("annex", "find").lines().toList()) {
                assertThat(device.git("annex", "whereis", path)).contains("(2 copies)");
            }
            String head = device.git("rev-parse", "HEAD", "git-annex");
            assertThat(device.git("annex", "fsck")).doesNotContain("fixing").doesNotContain("failed");
            assertThat(device.git("rev-parse", "HEAD"))
                    .isEqualTo(head.lines().findFirst().orElseThrow() + "\n");
            assertThat(device.git("status", "--porcelain")).isEmpty();
            assertThat(device.status().missingContent()).isZero();
        }
    }

    @Test
    @Order(1)
    @DisplayName("a large file that was there before the pairing comes as content, a small one in git")
    void first() throws Exception {
        laptop.writes("film.mkv", bytes(3 * MIB, 1));
        laptop.writes("note.txt", "small\n");
        laptop.keepsInSync();

        phone.pairsWith(laptop);

        phone.sees("film.mkv", bytes(3 * MIB, 1));
        phone.sees("note.txt", "small\n");
        assertThat(phone.git("annex", "find").strip()).isEqualTo("film.mkv");
        judge(1);
    }

    @Test
    @Order(2)
    @DisplayName("each way, edits, renames and executables")
    void eachWay() throws Exception {
        phone.writes("from phone ü.bin", bytes(2 * MIB, 2));
        laptop.sees("from phone ü.bin", bytes(2 * MIB, 2));
        judge(2);

        byte[] edited = bytes(3 * MIB, 1);
        edited[MIB]++;
        laptop.writes("film.mkv", edited);
        phone.sees("film.mkv", edited);
        Files.createDirectories(phone.folder.resolve("films"));
        Files.move(phone.folder.resolve("film.mkv"), phone.folder.resolve("films/film.mkv"));
        laptop.sees("films/film.mkv", edited);
        laptop.seesNo("film.mkv");
        laptop.writes("run.me", bytes(2 * MIB, 3));
        assertThat(laptop.folder.resolve("run.me").toFile().setExecutable(true)).isTrue();
        phone.sees("run.me", bytes(2 * MIB, 3));
        judge(3);
        assertThat(Files.isExecutable(phone.folder.resolve("run.me"))).isTrue();
    }

    @Test
    @Order(3)
    @DisplayName("a one-way stream of small annexed files arrives whole")
    void stream() throws Exception {
        laptop.git("annex", "config", "--set", "annex.largefiles", "anything");
        phone.isInSyncWith(laptop);
        for (int i = 0; i < 60; i++) {
            laptop.writes("stream/" + i, bytes(4096, 100 + i));
        }
        for (int i = 0; i < 60; i++) {
            phone.sees("stream/" + i, bytes(4096, 100 + i));
        }
        judge(63);
    }

    @Test
    @Order(4)
    @DisplayName("both edit an annexed file while apart: both versions stay, named as git-annex names them")
    void clash() throws Exception {
        phone.actions().pause(java.util.Optional.empty());
        laptop.writes("films/film.mkv", bytes(2 * MIB, 11));
        phone.writes("films/film.mkv", bytes(2 * MIB, 12));
        phone.actions().resume(java.util.Optional.empty());

        phone.isInSyncWith(laptop);
        List<String> variants = laptop.git("annex", "find", "films").lines().toList();
        assertThat(variants).hasSize(2).allMatch(name -> name.matches("films/film\\.variant-[0-9a-f]{4}\\.mkv"));
        assertThat(phone.git("annex", "find", "films").lines()).hasSameElementsAs(variants);
        judge(64);
    }

    @Test
    @Order(5)
    @DisplayName("unlock, lock and a move by git-annex's own commands are taken over")
    void usersOwnCommands() throws Exception {
        laptop.git("annex", "lock", "run.me");
        laptop.git("commit", "--allow-empty", "-m", "locked by hand");
        phone.hasTheCommit("locked by hand");
        assertThat(Files.isSymbolicLink(phone.folder.resolve("run.me"))).isTrue();
        phone.sees("run.me", bytes(2 * MIB, 3));
        phone.git("mv", "run.me", "moved.me");
        phone.git("commit", "--allow-empty", "-m", "moved by hand");
        laptop.hasTheCommit("moved by hand");
        laptop.sees("moved.me", bytes(2 * MIB, 3));
        laptop.git("annex", "unlock", "moved.me");
        laptop.git("commit", "--allow-empty", "-m", "unlocked by hand");
        phone.hasTheCommit("unlocked by hand");
        phone.sees("moved.me", bytes(2 * MIB, 3));
        judge(64);
    }
}
