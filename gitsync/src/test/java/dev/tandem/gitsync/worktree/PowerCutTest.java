package dev.tandem.gitsync.worktree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What a power cut leaves of files that need not be flushed")
class PowerCutTest {
    @TempDir
    Path root;

    private TestFolder folder;

    @BeforeEach
    void create() throws IOException {
        folder = new TestFolder(root.resolve("folder"));
    }

    @ParameterizedTest(name = "an index of which {0} bytes are left is made anew, and no version is made of that")
    @ValueSource(ints = {0, 5, 60, 100})
    void index(int bytes) throws IOException {
        ObjectId peers = folder.peer(Map.of(".gitignore", "*.log\n", "kept.log", "tracked and ignored", "a", "1"));
        folder.workTree.checkOut(peers, TestFolder.UNKNOWN);
        cut(".git/index", bytes);
        folder.start();

        assertThat(folder.workTree.commit(folder.workTree.scan()).head()).isEmpty();

        assertThat(folder.head()).isEqualTo(peers);
        assertThat(folder.workTree.scan()).isEmpty();
        folder.write("a", "22");
        assertThat(folder.files(folder.commitAll())).containsEntry("a", "22").containsKey("kept.log");
    }

    @Test
    @DisplayName("a damaged index in a folder without a commit is made anew")
    void indexWithoutHead() throws IOException {
        Files.createFile(root.resolve("folder/.git/index"));
        folder.write("a", "1");

        assertThat(folder.files(folder.commitAll())).isEqualTo(Map.of("a", "1"));
    }

    @ParameterizedTest(name = "modification times of which {0} bytes are left do not keep a push from its files")
    @ValueSource(ints = {0, 3, 20})
    void times(int bytes) throws IOException {
        TempFolder.Clock clock = new TempFolder.Clock();
        try (TempFolder left = new TempFolder(root.resolve("left"), clock);
                TempFolder right = new TempFolder(root.resolve("right"), clock)) {
            left.write("a", "1").commitAll();
            left.pushTo(right);
            cut("../right/.git/tandem/times/" + left.repository.uuid(), bytes);

            right.integrate(left);

            assertThat(right.files()).isEqualTo(Map.of("a", "1"));
        }
    }

    @Test
    @DisplayName(
            "refs and loose objects are flushed before they take their names, without a line in git's configuration")
    void defaults() throws IOException {
        try (TempFolder made = new TempFolder(root.resolve("made"), new TempFolder.Clock())) {
            Config config = made.repository.git().getConfig();

            assertThat(config.getBoolean("core", "fsyncRefFiles", false)).isTrue();
            assertThat(config.getBoolean("core", "fsyncObjectFiles", false)).isTrue();
            assertThat(Files.readString(made.path.resolve(".git/config"))).doesNotContainIgnoringCase("fsync");
        }
    }

    private void cut(String file, int bytes) throws IOException {
        Path path = root.resolve("folder").resolve(file).normalize();
        byte[] whole = Files.readAllBytes(path);
        assertThat(whole.length).isGreaterThan(bytes);
        Files.write(path, java.util.Arrays.copyOf(whole, bytes));
    }
}
