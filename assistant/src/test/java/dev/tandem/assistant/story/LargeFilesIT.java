package dev.tandem.assistant.story;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.testing.Prosody;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
        laptop.eventually(
                "the journal tells what was sent",
                () -> laptop.journal("content-sent").stream().anyMatch(entry -> entry.contains("film.mkv")));
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
        phone.actions().pause(Optional.empty());
        laptop.writes("films/film.mkv", bytes(2 * MIB, 11));
        phone.writes("films/film.mkv", bytes(2 * MIB, 12));
        phone.actions().resume(Optional.empty());

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
        phone.eventually("has the locked file", () -> Files.isSymbolicLink(phone.folder.resolve("run.me")));
        phone.sees("run.me", bytes(2 * MIB, 3));
        phone.git("mv", "run.me", "moved.me");
        laptop.seesNo("run.me");
        laptop.sees("moved.me", bytes(2 * MIB, 3));
        phone.isInSyncWith(laptop);
        laptop.git("annex", "unlock", "moved.me");
        phone.eventually(
                "has the unlocked file", () -> Files.isRegularFile(phone.folder.resolve("moved.me"), NOFOLLOW_LINKS));
        phone.sees("moved.me", bytes(2 * MIB, 3));
        judge(64);
    }

    @Test
    @Order(6)
    @DisplayName("drop asks the holders, whereis tells the truth, get brings it back")
    void dropAndGet() throws Exception {
        Path onLaptop = laptop.folder.resolve("moved.me");
        Path onPhone = phone.folder.resolve("moved.me");
        assertThat(laptop.actions().drop(List.of(onLaptop), false))
                .singleElement()
                .satisfies(dropped -> assertThat(dropped.done()).isTrue());
        assertThat(Files.size(onLaptop)).isLessThan(300);
        phone.isInSyncWith(laptop);
        assertThat(laptop.git("annex", "whereis", "moved.me"))
                .contains("(1 copy)")
                .contains("phone");
        assertThat(laptop.git("status", "--porcelain")).isEmpty();
        assertThat(laptop.git("annex", "fsck", "moved.me")).doesNotContain("failed");
        assertThat(laptop.status().missingContent()).isEqualTo(1);

        assertThat(phone.actions().drop(List.of(onPhone), false))
                .singleElement()
                .satisfies(kept -> {
                    assertThat(kept.done()).isFalse();
                    assertThat(kept.reason()).contains("0 of 1");
                });
        assertThat(Files.readAllBytes(onPhone)).isEqualTo(bytes(2 * MIB, 3));
        assertThat(laptop.actions().whereis(List.of(onLaptop)))
                .singleElement()
                .satisfies(where -> assertThat(where.copies())
                        .singleElement()
                        .satisfies(copy -> assertThat(copy.name()).startsWith("phone")));

        assertThat(laptop.actions().get(List.of(onLaptop), Duration.ofSeconds(30)))
                .singleElement()
                .satisfies(got -> assertThat(got.done()).isTrue());
        assertThat(Files.readAllBytes(onLaptop)).isEqualTo(bytes(2 * MIB, 3));
        judge(64);
    }

    @Test
    @Order(7)
    @DisplayName("what git-annex drops and gets by hand is believed, and not undone")
    void byHand() throws Exception {
        laptop.git("annex", "drop", "--force", "moved.me");
        laptop.actions().sync(Optional.empty(), Duration.ofSeconds(20));
        phone.isInSyncWith(laptop);
        assertThat(phone.git("annex", "whereis", "moved.me")).contains("(1 copy)");
        assertThat(Files.size(laptop.folder.resolve("moved.me"))).isLessThan(300);

        assertThat(laptop.actions().get(List.of(laptop.folder), Duration.ofSeconds(30)))
                .allSatisfy(got -> assertThat(got.done()).isTrue());
        judge(64);
    }

    private static Path object(Device device, String path) throws Exception {
        String key = device.git("annex", "lookupkey", path).strip();
        return device.folder.resolve(device.git("annex", "contentlocation", key).strip());
    }

    private static void writable(Path object) {
        assertThat(object.getParent().toFile().setWritable(true)).isTrue();
        assertThat(object.toFile().setWritable(true)).isTrue();
    }

    @Test
    @Order(8)
    @DisplayName("a content that is damaged at its holder is not taken, and the holder mends it")
    void damaged() throws Exception {
        laptop.actions().drop(List.of(laptop.folder.resolve("moved.me")), false);
        phone.isInSyncWith(laptop);
        Path object = object(phone, "moved.me");
        writable(object);
        byte[] wrong = bytes(2 * MIB, 99);
        Files.write(object, wrong);
        assertThat(object.toFile().setWritable(false)).isTrue();

        laptop.actions().get(List.of(laptop.folder.resolve("moved.me")), Duration.ofSeconds(30));

        laptop.sees("moved.me", bytes(2 * MIB, 3));
        assertThat(phone.actions().status().alerts())
                .anySatisfy(
                        alert -> assertThat(alert.text()).contains("moved.me").contains("damaged"));
        judge(64);
    }

    @Test
    @Order(9)
    @DisplayName("an object that vanished is taken from its file, by doctor --repair at the latest")
    void vanished() throws Exception {
        Path object = object(laptop, "moved.me");
        writable(object);
        Files.delete(object);
        Files.delete(object.getParent());

        assertThat(laptop.actions().examine(Optional.empty(), true).findings())
                .filteredOn(finding ->
                        finding.about().startsWith("folder") && !finding.level().equals("ok"))
                .allSatisfy(finding -> assertThat(finding.text()).contains("moved.me"));
        assertThat(laptop.actions().examine(Optional.empty(), false).findings())
                .filteredOn(finding -> finding.about().startsWith("folder"))
                .allSatisfy(finding -> assertThat(finding.level()).isEqualTo("ok"));
        judge(64);
    }

    @Test
    @Order(10)
    @DisplayName("a pointer to what nobody has is said, and hurts nobody")
    void nobodyHasIt() throws Exception {
        String pointer = "/annex/objects/SHA256E-s5000000--" + "0".repeat(64) + ".iso\n";
        laptop.writes("nowhere.iso", pointer);
        phone.sees("nowhere.iso", pointer);
        phone.eventually(
                "says that nobody has it",
                () -> phone.actions().status().alerts().stream()
                        .anyMatch(alert -> alert.text().contains("nowhere.iso")
                                && alert.text().contains("no device is known to have it")));
        phone.actions().sync(Optional.empty(), Duration.ofSeconds(20));
        laptop.deletes("nowhere.iso");
        phone.seesNo("nowhere.iso");
        judge(64);
        phone.eventually(
                "says it no more",
                () -> phone.actions().status().alerts().stream()
                        .noneMatch(alert -> alert.text().contains("nowhere.iso")));
    }

    @Test
    @Order(11)
    @DisplayName("a plain git-annex clone of the folder exchanges files and contents with both devices")
    void plainClone() throws Exception {
        Path clone = laptop.home.resolve("clone");
        laptop.git("clone", "-q", laptop.folder.toString(), clone.toString());
        laptop.in(clone, "annex", "init", "clone");
        laptop.in(clone, "annex", "get", ".");
        assertThat(Files.readAllBytes(clone.resolve("moved.me"))).isEqualTo(bytes(2 * MIB, 3));

        Files.write(clone.resolve("from clone.bin"), bytes(MIB, 77));
        laptop.in(clone, "annex", "add", "from clone.bin");
        laptop.in(clone, "commit", "-m", "by hand in the clone");
        laptop.in(clone, "annex", "sync", "--content", "origin");

        laptop.sees("from clone.bin", bytes(MIB, 77));
        phone.sees("from clone.bin", bytes(MIB, 77));
        phone.isInSyncWith(laptop);
        assertThat(phone.git("annex", "whereis", "from clone.bin")).contains("(3 copies)");

        phone.writes("for clone.bin", bytes(2 * MIB, 78));
        laptop.sees("for clone.bin", bytes(2 * MIB, 78));
        laptop.isInSyncWith(phone);
        laptop.in(clone, "annex", "sync", "--content", "origin");
        assertThat(Files.readAllBytes(clone.resolve("for clone.bin"))).isEqualTo(bytes(2 * MIB, 78));
        assertThat(laptop.in(clone, "annex", "fsck")).doesNotContain("failed");
        for (Device device : List.of(laptop, phone)) {
            assertThat(device.git("annex", "fsck")).doesNotContain("failed");
            assertThat(device.git("status", "--porcelain")).isEmpty();
            device.git("fsck", "--strict");
        }
    }

    private static String uuid(Device device) throws Exception {
        return device.git("config", "annex.uuid").strip();
    }

    @Test
    @Order(12)
    @DisplayName("what git-annex's own commands record on one device is known on the other, and nothing is undone")
    void recorded() throws Exception {
        laptop.git("annex", "metadata", "--set", "author=ada", "moved.me");
        laptop.git("annex", "describe", "here", "the laptop");
        laptop.git("annex", "group", "here", "client");
        laptop.git("annex", "numcopies", "2");
        phone.git("annex", "wanted", "here", "include=*");
        phone.git("annex", "metadata", "--set", "year=2026", "moved.me");
        phone.eventually(
                "knows what was recorded on the laptop",
                () -> phone.git("annex", "metadata", "moved.me").contains("author=ada")
                        && phone.git("annex", "numcopies").contains("2")
                        && phone.git("annex", "group", uuid(laptop)).contains("client")
                        && phone.git("annex", "info", "--fast").contains("the laptop"));
        laptop.eventually(
                "knows what was recorded on the phone",
                () -> laptop.git("annex", "metadata", "moved.me").contains("year=2026")
                        && laptop.git("annex", "wanted", uuid(phone)).contains("include=*"));
        phone.isInSyncWith(laptop);
        for (Device device : List.of(laptop, phone)) {
            assertThat(device.git("annex", "metadata", "moved.me")).contains("author=ada", "year=2026");
            assertThat(device.git("annex", "numcopies").strip()).isEqualTo("2");
        }
    }

    @Test
    @Order(13)
    @DisplayName("git annex add, git commit -a, copy, move and get by hand go through, and put no content into git")
    void movedByHand() throws Exception {
        laptop.git("annex", "numcopies", "1"); // git-annex itself cannot ask the phone
        Files.write(laptop.folder.resolve("by hand.bin"), bytes(2 * MIB, 91));
        laptop.git("annex", "add", "by hand.bin");
        Files.write(laptop.folder.resolve("moved.me"), bytes(2 * MIB, 92));
        laptop.git("commit", "-qam", "by hand", "--allow-empty");
        phone.sees("by hand.bin", bytes(2 * MIB, 91));
        phone.sees("moved.me", bytes(2 * MIB, 92));
        phone.isInSyncWith(laptop);
        for (String commit : phone.git("rev-list", "-8", "HEAD").lines().toList()) {
            assertThat(phone.git("ls-tree", "-rl", commit).lines())
                    .allMatch(line -> Long.parseLong(line.split("\\s+", 5)[3]) < MIB);
        }

        laptop.git("remote", "add", "clone", laptop.home.resolve("clone").toString());
        laptop.git("annex", "copy", "--to", "clone", "by hand.bin");
        laptop.git("annex", "move", "--to", "clone", "from phone ü.bin");
        phone.eventually(
                "knows that one was copied and the other moved",
                () -> phone.git("annex", "whereis", "by hand.bin").contains("(3 copies)")
                        && phone.git("annex", "whereis", "from phone ü.bin").contains("(2 copies)"));
        assertThat(Files.size(laptop.folder.resolve("from phone ü.bin"))).isLessThan(300);
        laptop.git("annex", "get", "--from", "clone", "from phone ü.bin");
        laptop.sees("from phone ü.bin", bytes(2 * MIB, 2));
        phone.eventually(
                "knows that it is back",
                () -> phone.git("annex", "whereis", "from phone ü.bin").contains("(3 copies)"));
        for (Device device : List.of(laptop, phone)) {
            assertThat(device.git("annex", "fsck")).doesNotContain("failed");
            assertThat(device.git("status", "--porcelain")).isEmpty();
            device.git("fsck", "--strict");
        }
    }

    @Test
    @Order(14)
    @DisplayName("git annex forget on one device is followed by the other, and nothing forgotten comes back")
    void forgotten() throws Exception {
        String old = laptop.git("rev-parse", "git-annex").strip();
        phone.isInSyncWith(laptop);
        phone.eventually(
                "has that history", () -> phone.git("rev-list", "git-annex").contains(old));
        laptop.git("annex", "forget", "--force");

        phone.eventually(
                "has forgotten too", () -> !phone.git("rev-list", "git-annex").contains(old));
        phone.isInSyncWith(laptop);
        assertThat(laptop.git("rev-list", "git-annex")).doesNotContain(old);
        for (Device device : List.of(laptop, phone)) {
            assertThat(device.git("annex", "whereis", "by hand.bin")).contains("(3 copies)");
            assertThat(device.git("annex", "fsck")).doesNotContain("failed").doesNotContain("fixing");
        }
    }

    @Test
    @Order(15)
    @DisplayName("git-annex's own assistant stays out of a folder that Tandem keeps")
    void assistantStaysOut() throws Exception {
        assertThat(laptop.folder.resolve(".git/annex/daemon.pid"))
                .hasContent(String.valueOf(ProcessHandle.current().pid()));
    }
}
