package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.worktree.WorkTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("With annex.thin, a file and its content are one file with two names, and git-annex")
@SuppressWarnings("NullAway") // fields that JUnit sets
final class ThinIT {
    @TempDir
    Path root;

    private Commands commands;
    private AnnexedFolder folder;

    @BeforeEach
    void create() throws Exception {
        Path home = Files.createDirectories(root.resolve("home"));
        folder = new AnnexedFolder(root.resolve("f"), true).settle("anything");
        commands = new Commands(folder.path, home);
        commands.git("config", "annex.thin", "true");
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private static byte[] bytes(int seed) {
        byte[] bytes = new byte[100_000];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private void commit() throws IOException {
        folder.commitAll();
    }

    private Key key(String path) throws IOException {
        return AnnexedFolder.indexed(folder.git, path).orElseThrow();
    }

    private Path object(String path) throws IOException {
        return folder.store.find(key(path)).orElseThrow();
    }

    private void writeInPlace(String path, int at, int value) throws IOException {
        try (FileChannel file = FileChannel.open(folder.path.resolve(path), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {(byte) value}), at);
        }
    }

    private void judge() throws Exception {
        assertThat(commands.git("status", "--porcelain")).isEmpty();
        assertThat(commands.git("annex", "fsck")).doesNotContain("fail").doesNotContain("fixing");
        assertThat(commands.git("status", "--porcelain")).isEmpty();
        commands.git("fsck", "--strict");
    }

    @Test
    @DisplayName("finds nothing to mend in what was added")
    void added() throws Exception {
        folder.write("film.mkv", bytes(1));
        commit();

        assertThat(Files.isSameFile(folder.path.resolve("film.mkv"), object("film.mkv")))
                .isTrue();
        judge();
    }

    @Test
    @DisplayName("sees it read once, and committed at once")
    void readOnce() throws Exception {
        folder.write("film.mkv", bytes(1)).write("copy.mkv", bytes(1));
        WorkTree.Committed first = folder.tree.commitUnsettled(folder.tree.scan());
        assertThat(first.unsettled()).isEmpty();
        assertThat(first.changes()).hasSize(2);
        judge();
    }

    @Test
    @DisplayName("finds nothing to mend in what came and was put into its file; a second file gets a copy")
    void filled() throws Exception {
        folder.write("film.mkv", bytes(1)).write("copy.mkv", bytes(1));
        commit();
        Key key = key("film.mkv");
        folder.tree.empty(List.of("film.mkv", "copy.mkv"));
        folder.store.remove(key, () -> DropCheck.forced(key, folder.repository.uuid()));
        assertThat(Files.size(folder.path.resolve("film.mkv"))).isLessThan(200);

        try (Partial partial = folder.store.receive(key).orElseThrow()) {
            partial.write(ByteBuffer.wrap(bytes(1)));
            partial.finish();
        }
        folder.tree.fill(List.of("film.mkv", "copy.mkv"));

        assertThat(folder.path.resolve("film.mkv")).hasBinaryContent(bytes(1));
        assertThat(folder.path.resolve("copy.mkv")).hasBinaryContent(bytes(1));
        assertThat(ObjectFiles.names(object("film.mkv"))).isEqualTo(2);
        judge();
    }

    @Test
    @DisplayName("agrees that an edit in place is a new version, and that the old one is here no longer")
    void editedInPlace() throws Exception {
        folder.write("film.mkv", bytes(1));
        commit();
        Key before = key("film.mkv");

        writeInPlace("film.mkv", 50_000, bytes(1)[50_000] + 1);
        commit();

        assertThat(key("film.mkv")).isNotEqualTo(before);
        assertThat(folder.store.find(before)).isEmpty();
        assertThat(Files.isSameFile(folder.path.resolve("film.mkv"), object("film.mkv")))
                .isTrue();
        assertThat(folder.branch.copies(before)).containsEntry(folder.repository.uuid(), Presence.MISSING);
        judge();
    }

    @Test
    @DisplayName(
            "has linked a file itself: what is written into it is seen by Tandem, and not taken for its last version")
    void linkedByGitAnnex() throws Exception {
        folder.write("film.mkv", bytes(1));
        commands.git("annex", "add", "film.mkv");
        commands.git("commit", "-qm", "one");
        assertThat(ObjectFiles.names(folder.path.resolve("film.mkv"))).isEqualTo(2);
        Key before = key("film.mkv");

        writeInPlace("film.mkv", 7, bytes(1)[7] + 1);
        commit();

        assertThat(key("film.mkv")).isNotEqualTo(before);
        Optional<Path> stored = folder.store.find(key("film.mkv"));
        assertThat(stored)
                .hasValueSatisfying(
                        object -> assertThat(object).hasSameBinaryContentAs(folder.path.resolve("film.mkv")));
        judge();
    }

    @Test
    @DisplayName("has nothing to do with a file that a program replaces: its last version stays")
    void replaced() throws Exception {
        folder.write("film.mkv", bytes(1));
        commit();
        Key before = key("film.mkv");

        Files.write(root.resolve("new"), bytes(2));
        Files.move(
                root.resolve("new"),
                folder.path.resolve("film.mkv"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        commit();

        assertThat(folder.store.damage(before)).isEmpty();
        assertThat(key("film.mkv")).isNotEqualTo(before);
        judge();
    }
}
