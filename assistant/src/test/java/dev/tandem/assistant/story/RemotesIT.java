package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.api.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

/**
 * A folder of one daemon without any account, a plain git-annex clone, and a bare git-annex repository between them;
 * after each chapter the real git and git-annex look at all three.
 */
@DisplayName("A folder and a plain git-annex clone share a bare repository")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RemotesIT {
    private static final int MIB = 1 << 20;

    private Device laptop;
    private Path shared;
    private Path plain;

    @BeforeAll
    void aFolderAndABareRepository(@TempDir Path directory) throws Exception {
        laptop = new Device("laptop", directory);
        shared = directory.resolve("shared.git");
        plain = directory.resolve("plain");
        laptop.in(directory, "init", "-q", "--bare", "-b", "main", shared.toString());
        laptop.in(shared, "annex", "init", "shared");
        laptop.keepsInSync();
        laptop.writes("note.txt", "one\ntwo\nthree\nfour\nfive\n");
        laptop.writes("film.mkv", bytes(2 * MIB, 1));
        laptop.eventually("has committed", () -> laptop.status().head() != null);
        laptop.actions().addRemote("notes", "shared", shared.toString());
    }

    @AfterAll
    void allStops() throws Exception {
        laptop.close();
    }

    private static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private String plain(String... arguments) throws Exception {
        return laptop.in(plain, arguments);
    }

    private void plainSyncs() throws Exception {
        plain("annex", "sync", "--content");
    }

    /** Git-annex gives up when another push comes between; it is for the next one to bring it then. */
    private void plainTriesToSync() throws Exception {
        try {
            plainSyncs();
        } catch (IOException overtaken) {
            assertThat(overtaken).message().containsAnyOf("fetch first", "non-fast-forward", "cannot lock ref");
        }
    }

    private Actions.Synced syncs() throws Exception {
        return laptop.actions()
                .sync(Optional.of("notes"), Duration.ofSeconds(60))
                .get(0);
    }

    /** Everybody brings everything to everybody. */
    private void allSync() throws Exception {
        syncs();
        plainSyncs();
        syncs();
        plainSyncs();
        syncs();
    }

    private String branch(Path repository) throws Exception {
        return laptop.in(repository, "rev-parse", "main").strip();
    }

    /** What the issue asks for after every scenario. */
    private void judge() throws Exception {
        allSync();
        assertThat(branch(laptop.folder)).isEqualTo(branch(shared)).isEqualTo(branch(plain));
        for (Path repository : List.of(laptop.folder, plain, shared)) {
            laptop.in(repository, "fsck", "--strict");
            assertThat(laptop.in(repository, "annex", "fsck"))
                    .as("git annex fsck in %s", repository)
                    .doesNotContain("fixing")
                    .doesNotContain("failed");
        }
        for (Path repository : List.of(laptop.folder, plain)) {
            assertThat(laptop.in(repository, "status", "--porcelain")).isEmpty();
            assertThat(laptop.in(repository, "fsck", "--strict")).doesNotContain("error");
        }
        for (String path : plain("annex", "find", "--anything").lines().toList()) {
            String key = plain("annex", "lookupkey", path).strip();
            for (Path repository : List.of(laptop.folder, plain)) {
                assertThat(whereis(repository, path))
                        .as("whereis of %s in %s", path, repository)
                        .isEqualTo(truth(key));
            }
        }
    }

    /** The repositories that have an object of that name. */
    private Set<String> truth(String key) throws Exception {
        Set<String> truth = new TreeSet<>();
        for (Path repository : List.of(laptop.folder, plain, shared)) {
            Path git = repository.equals(shared) ? shared : repository.resolve(".git");
            try (var all = Files.walk(git.resolve("annex/objects"))) {
                if (all.anyMatch(file -> file.endsWith(key) && Files.isRegularFile(file))) {
                    truth.add(laptop.in(repository, "config", "annex.uuid").strip());
                }
            }
        }
        return truth;
    }

    private Set<String> whereis(Path repository, String path) throws Exception {
        return new TreeSet<>(laptop.in(repository, "annex", "whereis", "--format=${uuid}\\n", path)
                .lines()
                .filter(line -> !line.isBlank())
                .toList());
    }

    private static void write(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        Files.write(file, content);
    }

    private Status.Remote remote() {
        return laptop.status().remotes().get(0);
    }

    @Test
    @Order(1)
    @DisplayName("what is in the folder is in the bare repository, and in a clone of it")
    void there() throws Exception {
        Actions.Synced synced = syncs();

        assertThat(synced.unreachable()).isEmpty();
        assertThat(synced.head()).isEqualTo(branch(shared));
        assertThat(remote()).isEqualTo(new Status.Remote("shared", shared.toString(), "ok", null));

        laptop.in(shared.getParent(), "clone", "-q", shared.toString(), plain.toString());
        plain("annex", "init", "plain");
        plainSyncs();
        assertThat(Files.readAllBytes(plain.resolve("film.mkv"))).isEqualTo(bytes(2 * MIB, 1));
        judge();
        assertThat(whereis(plain, "film.mkv")).hasSize(3);
    }

    @Test
    @Order(2)
    @DisplayName("what the clone adds comes here by itself, with its content")
    void back() throws Exception {
        write(plain.resolve("from plain.bin"), bytes(MIB + 7, 2));
        write(plain.resolve("plain.txt"), "hello\n".getBytes(StandardCharsets.UTF_8));
        plain("annex", "add", ".");
        plainSyncs();

        laptop.sees("from plain.bin", bytes(MIB + 7, 2));
        laptop.sees("plain.txt", "hello\n");
        judge();
        assertThat(whereis(laptop.folder, "from plain.bin")).hasSize(3);
    }

    @Test
    @Order(3)
    @DisplayName("a file that is saved here is in the bare repository by itself, with its content")
    void saved() throws Exception {
        laptop.writes("saved.bin", bytes(MIB + 9, 3));

        laptop.eventually(
                "has pushed",
                () -> laptop.in(shared, "ls-tree", "--name-only", "main").contains("saved.bin"));
        laptop.eventually("has sent the content", () -> {
            String key = laptop.git("annex", "lookupkey", "saved.bin").strip();
            return truth(key).size() == 2;
        });
        judge();
    }

    @Test
    @Order(4)
    @DisplayName(
            "edits on both sides of one text are merged, of one annexed file both are kept under git-annex's names")
    void bothEdit() throws Exception {
        laptop.actions().pause(Optional.empty());
        laptop.writes("note.txt", "ONE\ntwo\nthree\nfour\nfive\n");
        laptop.writes("film.mkv", bytes(2 * MIB, 11));
        write(plain.resolve("note.txt"), "one\ntwo\nthree\nfour\nFIVE\n".getBytes(StandardCharsets.UTF_8));
        plain("annex", "unlock", "film.mkv");
        write(plain.resolve("film.mkv"), bytes(2 * MIB, 12));
        plain("add", "-A");
        plain("commit", "-qm", "edited by hand");
        plainSyncs();
        laptop.actions().resume(Optional.empty());
        judge();

        assertThat(Files.readString(plain.resolve("note.txt"))).isEqualTo("ONE\ntwo\nthree\nfour\nFIVE\n");
        List<String> variants =
                new ArrayList<>(plain("ls-files", "film*").lines().toList());
        assertThat(variants).hasSize(2).allMatch(name -> name.matches("film\\.variant-[0-9a-f]{4}\\.mkv"));
        for (long seed : new long[] {11, 12}) {
            assertThat(variants)
                    .anyMatch(name -> contains(laptop.folder.resolve(name), bytes(2 * MIB, seed)))
                    .anyMatch(name -> contains(plain.resolve(name), bytes(2 * MIB, seed)));
        }
        assertThat(laptop.git("log", "--format=%s", "main")).doesNotContain("Keep what the git remote holds");
    }

    private static boolean contains(Path file, byte[] content) {
        try {
            return Arrays.equals(Files.readAllBytes(file), content);
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    @Test
    @Order(5)
    @DisplayName("a rename, a lock and an unlock travel")
    void renamed() throws Exception {
        plain("mv", "saved.bin", "renamed.bin");
        plain("annex", "lock", "from plain.bin");
        plain("commit", "-qam", "renamed and locked");
        plainSyncs();
        laptop.sees("renamed.bin", bytes(MIB + 9, 3));
        laptop.seesNo("saved.bin");
        laptop.eventually("has the lock", () -> Files.isSymbolicLink(laptop.folder.resolve("from plain.bin")));
        assertThat(Files.readAllBytes(laptop.folder.resolve("from plain.bin"))).isEqualTo(bytes(MIB + 7, 2));
        judge();

        plain("annex", "unlock", "from plain.bin");
        plainSyncs();
        laptop.eventually("has the unlock", () -> !Files.isSymbolicLink(laptop.folder.resolve("from plain.bin")));
        Files.createDirectories(laptop.folder.resolve("deep"));
        Files.move(laptop.folder.resolve("renamed.bin"), laptop.folder.resolve("deep/renamed.bin"));
        judge();
        assertThat(Files.readAllBytes(plain.resolve("deep/renamed.bin"))).isEqualTo(bytes(MIB + 9, 3));
    }

    @Test
    @Order(6)
    @DisplayName("the clone drops, gets and moves contents; nobody loses any, and all know where they are")
    void contents() throws Exception {
        plain("annex", "drop", "deep/renamed.bin");
        plain("annex", "sync");
        assertThat(whereis(plain, "deep/renamed.bin")).hasSize(2);
        syncs();
        plain("annex", "get", "deep/renamed.bin");
        plain("annex", "move", "--from", "origin", "deep/renamed.bin");
        plain("annex", "sync");
        judge();
        assertThat(whereis(plain, "deep/renamed.bin")).hasSize(3); // the bare one wants everything

        plain("annex", "wanted", "origin", "exclude=*.bin");
        plain("annex", "move", "--from", "origin", "deep/renamed.bin");
        plain("annex", "sync");
        syncs();
        judge();
        assertThat(whereis(laptop.folder, "deep/renamed.bin")).hasSize(2);
        plain("annex", "wanted", "origin", "");
        judge();
    }

    @Test
    @Order(7)
    @DisplayName("what was dropped here comes back from the bare repository when it is asked for")
    void get() throws Exception {
        Path file = laptop.folder.resolve("deep/renamed.bin");
        assertThat(laptop.actions().drop(List.of(file), false)).allMatch(Actions.Content::done);
        assertThat(Files.size(file)).isLessThan(MIB);
        judge();

        assertThat(laptop.actions().get(List.of(file), Duration.ofSeconds(30))).allMatch(Actions.Content::done);

        laptop.sees("deep/renamed.bin", bytes(MIB + 9, 3));
        judge();
    }

    @Test
    @Order(8)
    @DisplayName("REMOTE-4: a drive that is not there is no alert, and is synced when it is back")
    void away() throws Exception {
        List<Status.Alert> before = laptop.actions().status().alerts(); // of versions that were kept
        Path elsewhere = shared.resolveSibling("unmounted");
        Files.move(shared, elsewhere);
        laptop.writes("while away.txt", "written\n");
        laptop.eventually("says so", () -> remote().state().equals("failing"));
        Actions.Synced synced = syncs();

        assertThat(synced.unreachable()).containsExactly("shared");
        assertThat(laptop.actions().status().alerts()).isEqualTo(before);
        assertThat(remote().lastError()).contains("is not there");

        Files.move(elsewhere, shared);
        laptop.eventually(
                "has pushed",
                () -> laptop.in(shared, "ls-tree", "--name-only", "main").contains("while away.txt"));
        laptop.eventually("says so", () -> remote().state().equals("ok"));
        judge();
    }

    @Test
    @Order(9)
    @DisplayName("after a restart the remote is synced again, also with what was saved meanwhile")
    void restart() throws Exception {
        laptop.stops();
        laptop.writes("offline.bin", bytes(MIB + 1, 21));
        write(plain.resolve("meanwhile.bin"), bytes(MIB + 2, 22));
        plain("annex", "add", ".");
        plainSyncs();
        laptop.starts();

        laptop.sees("meanwhile.bin", bytes(MIB + 2, 22));
        judge();
        assertThat(Files.readAllBytes(plain.resolve("offline.bin"))).isEqualTo(bytes(MIB + 1, 21));
    }

    @Test
    @Order(10)
    @DisplayName("a remote that others push to at the same moment gets everything, by fast-forwards alone")
    void race() throws Exception {
        laptop.in(shared, "config", "receive.denyNonFastForwards", "true");
        for (int i = 0; i < 8; i++) {
            laptop.writes("race/laptop " + i, "laptop " + i + "\n");
            write(plain.resolve("race/plain " + i), ("plain " + i + "\n").getBytes(StandardCharsets.UTF_8));
            plain("add", "-A");
            plain("commit", "-qm", "plain " + i);
            plainTriesToSync();
        }
        judge();
        assertThat(plain("ls-files", "race").lines()).hasSize(16);
        assertThat(laptop.actions().status().alerts()).isEmpty();
    }

    @Test
    @Order(11)
    @DisplayName("a removed remote is left alone; adding it again goes on")
    void removed() throws Exception {
        laptop.actions().removeRemote("notes", "shared");
        laptop.eventually("has forgotten it", () -> laptop.status().remotes().isEmpty());
        assertThat(laptop.git("remote")).isEmpty();
        assertThat(laptop.git("for-each-ref", "refs/remotes")).isEmpty();

        laptop.actions().addRemote("notes", "shared", shared.toString());
        laptop.actions().addRemote("notes", "shared", shared.toString());
        laptop.writes("again.txt", "again\n");
        judge();
        assertThat(Files.readString(plain.resolve("again.txt"))).isEqualTo("again\n");
        assertThat(remote().state()).isEqualTo("ok");
    }
}
