package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.xmpp.testing.Prosody;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One story, told in order: a laptop, a phone, a real server between them, real git as the judge. */
@DisplayName("Two devices keep a folder the same over a real Prosody")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TwoDevicesIT {
    private Prosody server;
    private Device laptop;
    private Device phone;

    @BeforeAll
    void aServerAndTwoDevices(@TempDir Path directory) throws Exception {
        server = Prosody.start(directory.resolve("prosody"));
        server.addUser("ada", "her password").addUser("phone", "another password");
        laptop = new Device("laptop", directory);
        phone = new Device("phone", directory);
    }

    @AfterAll
    void allStops() throws Exception {
        laptop.close();
        phone.close();
        server.close();
    }

    @Test
    @Order(1)
    @DisplayName("PUSH-26: a wrong password is refused in words that say so, and leaves nothing behind")
    void wrongPassword() {
        assertThatThrownBy(() -> laptop.signIn(server, "ada@localhost", "mistyped"))
                .isInstanceOf(ActionFailed.class)
                .hasMessageContaining("password")
                .hasMessageContaining("not added");
        assertThat(laptop.actions().status().accounts()).isEmpty();
        assertThat(laptop.actions().status().alerts()).isEmpty();
    }

    @Test
    @Order(2)
    @DisplayName("a server certificate that nobody has vouched for is refused")
    void untrustedCertificate() {
        assertThatThrownBy(() -> laptop.actions()
                        .addAccount(new Actions.NewAccount("ada@localhost", "her password", server.address(), null)))
                .isInstanceOf(ActionFailed.class)
                .hasMessageContaining("certificate")
                .hasMessageContaining("--trust-cert");
    }

    @Test
    @Order(3)
    @DisplayName("a server that cannot be reached is named with its port")
    void unreachableServer() {
        assertThatThrownBy(() -> laptop.actions()
                        .addAccount(new Actions.NewAccount("ada@localhost", "her password", "127.0.0.1:1", null)))
                .isInstanceOf(ActionFailed.class)
                .hasMessageContaining("127.0.0.1:1");
    }

    @Test
    @Order(4)
    @DisplayName("the laptop has a folder, the phone joins it with a code, and the files are there")
    void pairing() throws Exception {
        laptop.signIn(server, "ada@localhost", "her password");
        phone.signIn(server, "phone@localhost", "another password");
        Files.createDirectories(laptop.folder);
        laptop.writes("letters/first.txt", "Dear diary\n");
        laptop.keepsInSync();

        phone.pairsWith(laptop);

        phone.sees("letters/first.txt", "Dear diary\n");
        phone.isInSyncWith(laptop);
    }

    @Test
    @Order(5)
    @DisplayName("a used code and a wrong code are refused, each in one clear line")
    void codes() throws Exception {
        assertThatThrownBy(() -> phone.actions()
                        .join("ada@localhost", "no-such-code", Optional.of(phone.home.resolve("elsewhere"))))
                .isInstanceOf(ActionFailed.class)
                .hasMessageContaining("no code is open");
        laptop.actions().offer("notes");
        assertThatThrownBy(() -> phone.actions()
                        .join("ada@localhost", "no-such-code", Optional.of(phone.home.resolve("elsewhere"))))
                .isInstanceOf(ActionFailed.class)
                .hasMessageContaining("wrong code");
        assertThat(phone.home.resolve("elsewhere")).doesNotExist();
    }

    @Test
    @Order(6)
    @DisplayName("a file goes each way; names, times and modes arrive as they are")
    void eachWay() throws Exception {
        laptop.writes("from laptop – ünïcode.txt", "one\n");
        Instant then = Instant.parse("2020-02-02T02:02:02Z");
        Files.setLastModifiedTime(laptop.folder.resolve("from laptop – ünïcode.txt"), FileTime.from(then));
        phone.writes("-from-phone", "two\n");

        phone.sees("from laptop – ünïcode.txt", "one\n");
        laptop.sees("-from-phone", "two\n");

        phone.isInSyncWith(laptop);
        assertThat(Files.getLastModifiedTime(phone.folder.resolve("from laptop – ünïcode.txt"))
                        .toInstant())
                .isEqualTo(then);
    }

    @Test
    @Order(7)
    @DisplayName("PUSH-22: the device that only receives makes no commit of its own")
    void receiverMakesNoCommit() throws Exception {
        laptop.isInSyncWith(phone);
        int before = laptop.commits();

        for (int i = 0; i < 5; i++) {
            laptop.writes("diary.txt", "day " + i + "\n");
            phone.sees("diary.txt", "day " + i + "\n");
        }

        phone.isInSyncWith(laptop);
        assertThat(phone.commits()).isEqualTo(laptop.commits()).isEqualTo(before + 5);
        assertThat(laptop.git("log", "-5", "--format=%an").lines()).containsOnly("laptop");
    }

    @Test
    @Order(8)
    @DisplayName("both edit a text while apart: both edits, one commit id, no marker anywhere")
    void mergedText() throws Exception {
        laptop.writes("poem.txt", "one\ntwo\nthree\nfour\nfive\n");
        phone.sees("poem.txt", "one\ntwo\nthree\nfour\nfive\n");
        phone.isInSyncWith(laptop);
        phone.actions().pause(Optional.empty());
        laptop.writes("poem.txt", "ONE\ntwo\nthree\nfour\nfive\n");
        phone.writes("poem.txt", "one\ntwo\nthree\nfour\nFIVE\n");

        phone.actions().resume(Optional.empty());

        laptop.sees("poem.txt", "ONE\ntwo\nthree\nfour\nFIVE\n");
        phone.sees("poem.txt", "ONE\ntwo\nthree\nfour\nFIVE\n");
        phone.isInSyncWith(laptop);
    }

    @Test
    @Order(9)
    @DisplayName("both edit the same line: both versions stay, under the same names on both")
    void clash() throws Exception {
        phone.actions().pause(Optional.empty());
        laptop.writes("diary.txt", "the laptop's day\n");
        phone.writes("diary.txt", "the phone's day\n");

        phone.actions().resume(Optional.empty());

        phone.isInSyncWith(laptop);
        assertThat(laptop.files()).containsValue("the laptop's day\n").containsValue("the phone's day\n");
        assertThat(laptop.files()).isEqualTo(phone.files());
        assertThat(laptop.files().keySet()).anyMatch(name -> name.matches("diary\\.variant-[0-9a-f]{4}\\.txt"));
    }

    @Test
    @Order(10)
    @DisplayName("what changed while the daemon was off is found when it starts")
    void startUpScan() throws Exception {
        phone.stops();
        phone.writes("written-while-off.txt", "x\n");
        phone.deletes("-from-phone");

        phone.starts();

        laptop.sees("written-while-off.txt", "x\n");
        laptop.seesNo("-from-phone");
        phone.isInSyncWith(laptop);
    }

    @Test
    @Order(11)
    @DisplayName("the server dies and comes back: so does the link, and nothing is lost")
    void serverRestart() throws Exception {
        server.kill();
        laptop.writes("during-outage.txt", "still here\n");
        server.restart();

        phone.sees("during-outage.txt", "still here\n");
        phone.isInSyncWith(laptop);
    }

    @Test
    @Order(12)
    @DisplayName("the user's own commit is taken over, and an operation of theirs is waited for")
    void usersOwnGit() throws Exception {
        laptop.git("commit", "--allow-empty", "-m", "by hand");
        phone.hasTheCommit("by hand");
        phone.isInSyncWith(laptop);

        Files.createFile(phone.folder.resolve(".git/index.lock"));
        laptop.writes("while-locked.txt", "patience\n");
        assertThatThrownBy(() -> laptop.actions().sync(Optional.empty(), Duration.ofSeconds(2)))
                .isInstanceOfSatisfying(ActionFailed.class, late -> {
                    assertThat(late.kind()).isEqualTo(ActionFailed.Kind.TIMED_OUT);
                    assertThat(late).hasMessageContaining("phone");
                });
        assertThat(phone.folder.resolve("while-locked.txt")).doesNotExist();

        Files.delete(phone.folder.resolve(".git/index.lock"));
        phone.sees("while-locked.txt", "patience\n");
    }

    @Test
    @Order(13)
    @DisplayName(
            "what git forgets arrives: times through a merge, empty directories coming and going, links as they are")
    void whatGitForgets() throws Exception {
        Instant then = Instant.parse("2021-03-04T05:06:07Z");
        phone.actions().pause(Optional.empty());
        laptop.writes("dated/by-laptop.txt", "1\n");
        Files.setLastModifiedTime(laptop.folder.resolve("dated/by-laptop.txt"), FileTime.from(then));
        phone.writes("dated/by-phone.txt", "2\n");
        Files.setLastModifiedTime(phone.folder.resolve("dated/by-phone.txt"), FileTime.from(then.plusSeconds(61)));
        Files.createDirectories(laptop.folder.resolve("empty/inner"));
        Files.createDirectory(phone.folder.resolve("also-empty"));
        List<String> targets = List.of("nowhere", "dated/by-laptop.txt", "/etc/hostname", "../outside");
        for (int i = 0; i < targets.size(); i++) {
            Files.createSymbolicLink(laptop.folder.resolve("link" + i), Path.of(targets.get(i)));
        }
        laptop.writes("run.sh", "#!/bin/sh\n");
        Files.setPosixFilePermissions(laptop.folder.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));

        phone.actions().resume(Optional.empty());

        phone.eventually("has the directory", () -> Files.isDirectory(phone.folder.resolve("empty/inner")));
        laptop.eventually("has the directory", () -> Files.isDirectory(laptop.folder.resolve("also-empty")));
        phone.eventually("has the program", () -> Files.isExecutable(phone.folder.resolve("run.sh")));
        phone.isInSyncWith(laptop);
        for (Device device : List.of(laptop, phone)) {
            assertThat(Files.getLastModifiedTime(device.folder.resolve("dated/by-laptop.txt"))
                            .toInstant())
                    .isEqualTo(then);
            assertThat(Files.getLastModifiedTime(device.folder.resolve("dated/by-phone.txt"))
                            .toInstant())
                    .isEqualTo(then.plusSeconds(61));
            for (int i = 0; i < targets.size(); i++) {
                assertThat(Files.readSymbolicLink(device.folder.resolve("link" + i)))
                        .isEqualTo(Path.of(targets.get(i)));
            }
        }

        Files.delete(phone.folder.resolve("empty/inner"));
        Files.delete(phone.folder.resolve("empty"));

        laptop.seesNo("empty");
        phone.isInSyncWith(laptop);
        assertThat(phone.folder.resolve("also-empty")).isEmptyDirectory();
        assertThat(phone.git("annex", "fsck", "--quiet")).isEmpty();
    }

    @Test
    @Order(14)
    @DisplayName("git and git-annex find nothing to complain about, and know both repositories by name")
    void realToolsAgree() throws Exception {
        List<Actions.Synced> synced = laptop.actions().sync(Optional.empty(), Duration.ofSeconds(20));
        assertThat(synced).singleElement().satisfies(done -> {
            assertThat(done.peers()).isEqualTo(1);
            assertThat(done.unreachable()).isEmpty();
        });
        for (Device device : List.of(laptop, phone)) {
            assertThat(device.git("status", "--porcelain")).isEmpty();
            device.git("fsck", "--strict");
            assertThat(device.git("ls-files", "--unmerged")).isEmpty();
            assertThat(device.folder.resolve(".git/MERGE_HEAD")).doesNotExist();
            assertThat(device.git("annex", "info", "--fast")).contains("laptop").contains("phone");
            assertThat(device.files().values()).noneMatch(content -> content.contains("<<<<<<<"));
        }
        assertThat(laptop.git("rev-parse", "git-annex^{tree}")).isEqualTo(phone.git("rev-parse", "git-annex^{tree}"));
    }

    @Test
    @Order(15)
    @DisplayName("unsuitable directories and a second daemon are refused in one line")
    void badInput() throws Exception {
        Path bare = laptop.home.resolve("bare.git");
        laptop.git("init", "--bare", bare.toString());
        assertThatThrownBy(() -> laptop.actions().addFolder(bare, Optional.empty()))
                .hasMessageContaining("bare");
        assertThatThrownBy(() -> laptop.actions().addFolder(laptop.folder.resolve("letters"), Optional.empty()))
                .hasMessageContaining("inside");
        assertThatThrownBy(() -> laptop.actions().addFolder(Path.of("/proc/nowhere"), Optional.empty()))
                .hasMessageContaining("cannot write");
        assertThatThrownBy(() -> new Device("laptop", laptop.home.getParent())).hasMessageContaining("already runs");
    }
}
