package dev.tandem.gitsync.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.history.FileHistory;
import dev.tandem.gitsync.history.Restoration;
import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What git forgets")
class ForgottenByGitTest {
    private static final Instant THEN = Instant.parse("2019-03-04T05:06:07.123Z");

    @TempDir
    Path directory;

    private TempFolder.Clock clock;
    private TempFolder one;
    private TempFolder two;
    private TempFolder three;

    @BeforeEach
    void create() throws IOException {
        clock = new TempFolder.Clock();
        one = new TempFolder(directory.resolve("one"), clock);
        two = new TempFolder(directory.resolve("two"), clock);
        three = new TempFolder(directory.resolve("three"), clock);
    }

    @AfterEach
    void close() {
        List.of(one, two, three).forEach(TempFolder::close);
    }

    /** One device pushes to another, which merges. */
    private static void send(TempFolder from, TempFolder to) throws IOException {
        assertThat(from.pushTo(to).rejections()).isEmpty();
        assertThat(to.integrate(from).done()).isTrue();
    }

    private static void dated(TempFolder folder, String file, String content, Instant time) throws IOException {
        folder.write(file, content);
        Files.setLastModifiedTime(folder.path.resolve(file), FileTime.from(time));
    }

    private static Instant time(TempFolder folder, String file) throws IOException {
        return Files.getLastModifiedTime(folder.path.resolve(file)).toInstant();
    }

    @Test
    @DisplayName("the time of a file: arrives over a relay, and on a device that is paired much later")
    void relay() throws IOException {
        dated(one, "a.txt", "old", THEN);
        one.commitAll();
        send(one, two);
        two.write("b.txt", "later").commitAll();

        send(two, three);

        assertThat(time(two, "a.txt")).isEqualTo(THEN);
        assertThat(time(three, "a.txt")).isEqualTo(THEN);
        assertThat(time(three, "b.txt").truncatedTo(ChronoUnit.SECONDS))
                .isEqualTo(time(two, "b.txt").truncatedTo(ChronoUnit.SECONDS));
    }

    @Test
    @DisplayName("the time of a file: of two pushes before the first is checked out, both bring theirs")
    void twoPushes() throws IOException {
        dated(one, "a.txt", "first", THEN);
        one.commitAll();
        one.pushTo(two);
        dated(one, "b.txt", "second", THEN.plusSeconds(60));
        one.commitAll();
        one.pushTo(two);
        SyncedTimes.store(two.repository, one.repository.uuid(), FileTimes.NONE.encode()); // of the second push only

        two.integrate(one);

        assertThat(time(two, "a.txt")).isEqualTo(THEN);
        assertThat(time(two, "b.txt")).isEqualTo(THEN.plusSeconds(60));
    }

    @Test
    @DisplayName(
            "the time of a file: is that of the edit on a device that only merges, and of both versions of a conflict")
    void merges() throws IOException {
        one.write("shared.txt", "start\n").commitAll();
        send(one, two);
        send(one, three);
        dated(one, "shared.txt", "one\n", THEN);
        dated(one, "one.txt", "1", THEN.plusSeconds(1));
        one.commitAll();
        dated(two, "shared.txt", "two\n", THEN.plusSeconds(100));
        dated(two, "two.txt", "2", THEN.plusSeconds(2));
        two.commitAll();
        one.pushTo(three);
        two.pushTo(three);

        assertThat(three.integrate(one, two).done()).isTrue();
        send(three, one);
        send(three, two);

        for (TempFolder folder : List.of(one, two, three)) {
            assertThat(time(folder, "one.txt")).isEqualTo(THEN.plusSeconds(1));
            assertThat(time(folder, "two.txt")).isEqualTo(THEN.plusSeconds(2));
            for (String file : folder.files().keySet()) {
                assertThat(time(folder, file)).as("%s of %s", file, folder.path).isEqualTo(time(three, file));
                String content = folder.read(file);
                if (content.equals("one\n") || content.equals("two\n")) {
                    assertThat(time(folder, file)).isEqualTo(content.equals("one\n") ? THEN : THEN.plusSeconds(100));
                }
            }
        }
    }

    @Test
    @DisplayName("the time of a file: a text of both sides' edits is as old as the later of them, whoever merges when")
    void mergedText() throws IOException {
        one.write("poem", "1\n2\n3\n4\n5\n6\n7\n").commitAll();
        send(one, two);
        send(one, three);
        dated(one, "poem", "ONE\n2\n3\n4\n5\n6\n7\n", THEN);
        one.commitAll();
        dated(two, "poem", "1\n2\n3\n4\n5\n6\nTWO\n", THEN.plusSeconds(100));
        two.commitAll();
        clock.pass(java.time.Duration.ofMinutes(1));
        three.write("other", "x").commitAll();
        send(one, two);
        send(three, one);
        two.pushTo(three);
        one.pushTo(three);
        assertThat(three.integrate(one, two).done()).isTrue();
        send(three, one);
        send(three, two);

        for (TempFolder folder : List.of(one, two, three)) {
            assertThat(folder.read("poem")).isEqualTo("ONE\n2\n3\n4\n5\n6\nTWO\n");
            assertThat(time(folder, "poem")).as("%s", folder.path).isEqualTo(THEN.plusSeconds(100));
        }
    }

    @Test
    @DisplayName(
            "the time of a file: an edit that follows a rename, and a variant, keep theirs on the device that made them")
    void underAnotherName() throws IOException {
        one.write("old", "a file of some length\n").write("both", "x").commitAll();
        send(one, two);
        one.delete("old").write("new", "a file of some length\n");
        dated(one, "both", "one's", THEN.plusSeconds(1));
        one.commitAll();
        dated(two, "old", "edited meanwhile\n", THEN);
        dated(two, "both", "two's", THEN.plusSeconds(2));
        two.commitAll();
        clock.pass(java.time.Duration.ofMinutes(1));
        one.pushTo(two);
        two.pushTo(one);
        assertThat(one.integrate(two).done()).isTrue();
        assertThat(two.integrate(one).done()).isTrue();

        for (TempFolder folder : List.of(one, two)) {
            assertThat(folder.read("new")).isEqualTo("edited meanwhile\n");
            assertThat(time(folder, "new")).as("%s", folder.path).isEqualTo(THEN);
            for (String file : folder.files().keySet()) {
                if (file.startsWith("both")) {
                    assertThat(time(folder, file))
                            .as("%s of %s", file, folder.path)
                            .isEqualTo(THEN.plusSeconds(folder.read(file).equals("one's") ? 1 : 2));
                }
            }
        }
    }

    @Test
    @DisplayName("the time of a file: of two copies of a folder that are paired, everybody has the later one")
    void sameContent() throws IOException {
        dated(one, "same.txt", "same", THEN);
        dated(two, "same.txt", "same", THEN.plusSeconds(5));
        one.commitAll();
        two.commitAll();

        one.pushTo(two);
        two.pushTo(one);
        assertThat(one.integrate(two).done()).isTrue();
        assertThat(two.integrate(one).done()).isTrue();
        send(one, three);

        for (TempFolder folder : List.of(one, two, three)) {
            assertThat(time(folder, "same.txt")).as("%s", folder.path).isEqualTo(THEN.plusSeconds(5));
            assertThat(folder.commitAll().head()).isEmpty();
        }
    }

    @Test
    @DisplayName("the time of a file: a restored version is as old as its restoration, everywhere and later")
    void restored() throws IOException {
        dated(one, "a.txt", "first", THEN);
        one.commitAll();
        send(one, two);
        dated(one, "a.txt", "second", THEN.plusSeconds(60));
        one.commitAll();
        send(one, two);
        clock.pass(java.time.Duration.ofMinutes(5));
        PersonIdent who = new PersonIdent("one", "one@example.org", clock.instant(), java.time.ZoneOffset.UTC);
        ObjectId restored = Restoration.commit(
                one.repository.git(),
                one.head().orElseThrow(),
                new FileHistory(one.repository.git(), "a.txt")
                        .of(one.head().orElseThrow(), 10)
                        .get(1),
                "a.txt",
                who);
        one.tree.checkOut(restored, (path, blob) -> Optional.empty());
        send(one, two);
        send(two, three);

        Instant second = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        for (TempFolder folder : List.of(one, two, three)) {
            assertThat(folder.read("a.txt")).isEqualTo("first");
            assertThat(time(folder, "a.txt").truncatedTo(ChronoUnit.SECONDS)).isEqualTo(second);
        }
    }

    @Test
    @DisplayName("an empty directory: appears on every device, and disappears again, also over a relay")
    void emptyDirectory() throws IOException {
        one.write("file", "x").commitAll();
        Files.createDirectories(one.path.resolve("a/b/c"));
        one.commitAll();
        send(one, two);
        send(two, three);

        assertThat(two.path.resolve("a/b/c")).isDirectory();
        assertThat(three.path.resolve("a/b/c")).isDirectory();
        assertThat(three.commitAll().head()).as("an echo").isEmpty();

        Files.delete(three.path.resolve("a/b/c"));
        Files.delete(three.path.resolve("a/b"));
        three.commitAll();
        send(three, two);
        send(two, one);

        assertThat(one.path.resolve("a")).isEmptyDirectory();
        assertThat(two.path.resolve("a")).isEmptyDirectory();
        assertThat(one.commitAll().head()).isEmpty();
        assertThat(two.commitAll().head()).isEmpty();
    }

    @Test
    @DisplayName("an empty directory: is what is left when its last file goes, if the user left it")
    void lastFileGone() throws IOException {
        one.write("d/file", "x").write("e/file", "x").commitAll();
        send(one, two);
        one.delete("d/file").delete("e/file");
        Files.delete(one.path.resolve("e"));
        one.commit("d/file", "e/file", "e");
        send(one, two);

        assertThat(two.path.resolve("d")).isEmptyDirectory();
        assertThat(two.path.resolve("e")).doesNotExist();

        two.write("d/again", "y").commitAll();
        send(two, one);
        one.delete("d/again").commit("d/again");
        send(one, two);
        assertThat(two.path.resolve("d")).as("nothing had to be said").isEmptyDirectory();
    }

    @Test
    @DisplayName("an empty directory: made on one device while another fills or removes it, all agree")
    void concurrently() throws IOException {
        one.write("file", "x").commitAll();
        Files.createDirectory(one.path.resolve("d"));
        Files.createDirectory(one.path.resolve("e"));
        one.commitAll();
        send(one, two);
        send(one, three);
        Files.delete(one.path.resolve("d"));
        Files.delete(one.path.resolve("e"));
        one.commitAll();
        two.write("d/inside", "y").commitAll();
        Files.createDirectory(three.path.resolve("e/f"));
        three.commitAll();
        one.pushTo(three);
        two.pushTo(three);
        assertThat(three.integrate(one, two).done()).isTrue();
        send(three, one);
        send(three, two);

        for (TempFolder folder : List.of(one, two, three)) {
            assertThat(folder.path.resolve("d/inside")).isRegularFile();
            assertThat(folder.path.resolve("e/f")).isEmptyDirectory();
            assertThat(folder.commitAll().head()).isEmpty();
            assertThat(folder.head()).isEqualTo(three.head());
        }
    }

    @Test
    @DisplayName("an empty directory: a file in its place wins, ignored ones and other repositories stay at home")
    void fileInItsPlace() throws IOException {
        one.write(".gitignore", "cache\n").commitAll();
        send(one, two);
        Files.createDirectories(one.path.resolve("cache/deep"));
        Files.createDirectories(one.path.resolve("nested/.git"));
        Files.createDirectory(one.path.resolve("thing"));
        one.commitAll();
        two.write("thing", "a file").commitAll();
        send(one, two);
        send(two, one);

        assertThat(two.path.resolve("cache")).doesNotExist();
        assertThat(two.path.resolve("nested")).doesNotExist();
        for (TempFolder folder : List.of(one, two)) {
            assertThat(folder.read("thing")).isEqualTo("a file");
        }
    }

    @Test
    @DisplayName("an empty directory: one of the user's own pull is made, not taken for one that was removed")
    void ownPull() throws IOException {
        one.write("file", "x").commitAll();
        send(one, two);
        Files.createDirectory(one.path.resolve("d"));
        one.commitAll();
        one.pushTo(two);
        try (var git = org.eclipse.jgit.api.Git.wrap(two.repository.git())) {
            ObjectId tip = new SyncedRefs(two.repository.git())
                    .head(one.repository.uuid())
                    .orElseThrow();
            git.merge().include(tip).call();
        } catch (org.eclipse.jgit.api.errors.GitAPIException e) {
            throw new IOException(e);
        }

        assertThat(two.commitAll().head()).isEmpty();

        assertThat(two.path.resolve("d")).isEmptyDirectory();
        Files.delete(two.repository.git().getDirectory().toPath().resolve("tandem/directories"));
        assertThat(two.commitAll().head())
                .as("what was kept of it is found again")
                .isEmpty();
    }

    @Test
    @DisplayName("an executable bit and links, dangling, relative, absolute and to the outside, arrive as they are")
    void links() throws IOException {
        Path outside = Files.writeString(directory.resolve("outside"), "not ours");
        one.write("run.sh", "#!/bin/sh\n").write("plain", "x");
        Files.setPosixFilePermissions(one.path.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
        List<Path> targets = List.of(
                Path.of("nowhere"),
                Path.of("../one/plain"),
                Path.of("/etc/hostname"),
                outside,
                Path.of("sub/../plain"));
        for (int i = 0; i < targets.size(); i++) {
            Files.createSymbolicLink(one.path.resolve("link" + i), targets.get(i));
        }
        one.commitAll();
        send(one, two);
        Files.setPosixFilePermissions(two.path.resolve("run.sh"), PosixFilePermissions.fromString("rw-r--r--"));
        two.commitAll();
        send(two, three);

        for (int i = 0; i < targets.size(); i++) {
            Path link = three.path.resolve("link" + i);
            assertThat(Files.isSymbolicLink(link)).isTrue();
            assertThat(Files.readSymbolicLink(link)).isEqualTo(targets.get(i));
        }
        assertThat(two.path.resolve("run.sh")).isRegularFile();
        assertThat(Files.isExecutable(three.path.resolve("run.sh"))).isFalse();
        assertThat(outside).hasContent("not ours");
        assertThat(Files.exists(three.path.resolve("plain"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
    }

    @Test
    @DisplayName("git finds nothing wrong with it, and shows nothing of it")
    void git() throws IOException, InterruptedException {
        dated(one, "a.txt", "old", THEN);
        Files.createDirectory(one.path.resolve("empty"));
        one.commitAll();
        send(one, two);

        for (List<String> command : List.of(
                List.of("git", "fsck", "--strict"),
                List.of("git", "status", "--porcelain"),
                List.of("git", "gc", "-q"))) {
            assertThat(run(command).lines().filter(line -> !line.startsWith("dangling")))
                    .as("%s", command)
                    .isEmpty();
        }
        assertThat(run(List.of("git", "log", "--stat"))).contains("a.txt").doesNotContain("tandem 1");
        assertThat(run(List.of("git", "cat-file", "commit", "HEAD"))).contains("\n + 1 empty\n");
        send(two, three);
        assertThat(three.path.resolve("empty")).isEmptyDirectory();
        assertThat(time(three, "a.txt")).isEqualTo(THEN);
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(two.path.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
        return output;
    }
}
