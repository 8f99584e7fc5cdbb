package dev.tandem.gitsync.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.testing.TempFolder;
import dev.tandem.gitsync.worktree.WorkTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Two folders that push to each other")
class TwoFoldersTest {
    private final TempFolder.Clock clock = new TempFolder.Clock();
    private TempFolder left;
    private TempFolder right;

    @BeforeEach
    void create(@TempDir Path directory) throws IOException {
        left = new TempFolder(directory.resolve("left"), clock);
        right = new TempFolder(directory.resolve("right"), clock);
    }

    @AfterEach
    void close() {
        left.close();
        right.close();
    }

    @Test
    @DisplayName("PUSH-22: the one that only receives makes no commit of its own")
    void receiverMakesNoCommit() throws IOException {
        left.write("notes.txt", "hello\n").write("deep/er/file", "x").commitAll();
        left.pushTo(right);

        WorkTree.CheckedOut out = right.integrate(left);

        assertThat(out.done()).isTrue();
        assertThat(right.files()).isEqualTo(left.files());
        assertThat(right.head()).isEqualTo(left.head());
        assertThat(right.commitAll().head()).isEmpty();
    }

    @Test
    @DisplayName("a received file has the sender's modification time")
    void timesTravel() throws IOException {
        left.write("old.txt", "from another year\n");
        Instant then = Instant.parse("2019-03-04T05:06:07.123Z");
        Files.setLastModifiedTime(left.path.resolve("old.txt"), FileTime.from(then));
        left.commitAll();
        left.pushTo(right);

        right.integrate(left);

        assertThat(Files.getLastModifiedTime(right.path.resolve("old.txt")).toInstant())
                .isEqualTo(then);
    }

    @Test
    @DisplayName("both edit different lines of a text: both edits, and the same commit on both sides")
    void mergesText() throws IOException {
        both("poem.txt", "one\ntwo\nthree\nfour\nfive\n");
        left.write("poem.txt", "ONE\ntwo\nthree\nfour\nfive\n").commitAll();
        right.write("poem.txt", "one\ntwo\nthree\nfour\nFIVE\n").commitAll();

        exchange();

        assertThat(left.read("poem.txt")).isEqualTo("ONE\ntwo\nthree\nfour\nFIVE\n");
        assertThat(right.files()).isEqualTo(left.files());
        assertThat(right.head()).isEqualTo(left.head());
    }

    @Test
    @DisplayName("both edit the same line: two files of the same names on both sides, and no conflict marker")
    void keepsBoth() throws IOException {
        both("plan.txt", "start\n");
        left.write("plan.txt", "left was here\n").commitAll();
        right.write("plan.txt", "right was here\n").commitAll();

        exchange();

        assertThat(left.files().keySet()).hasSize(2).anyMatch(name -> name.matches("plan\\.variant-[0-9a-f]{4}\\.txt"));
        assertThat(left.files().values()).containsExactlyInAnyOrder("left was here\n", "right was here\n");
        assertThat(right.files()).isEqualTo(left.files());
        assertThat(right.head()).isEqualTo(left.head());
        for (TempFolder folder : List.of(left, right)) {
            assertThat(folder.path.resolve(".git/MERGE_HEAD")).doesNotExist();
            assertThat(folder.repository.git().readDirCache().hasUnmergedPaths())
                    .isFalse();
        }
    }

    @Test
    @DisplayName("a file that is edited on one side and deleted on the other stays")
    void editOutlivesDeletion() throws IOException {
        both("keep.txt", "one\n");
        left.delete("keep.txt").commitAll();
        right.write("keep.txt", "one\ntwo\n").commitAll();

        exchange();

        assertThat(left.read("keep.txt")).isEqualTo("one\ntwo\n");
        assertThat(right.head()).isEqualTo(left.head());
    }

    @Test
    @DisplayName("a file against a directory of the same name: the directory keeps it, the file becomes a variant")
    void fileAgainstDirectory() throws IOException {
        both("other", "x");
        left.write("thing", "a file").commitAll();
        right.write("thing/inside", "a directory").commitAll();

        exchange();

        assertThat(left.files()).containsEntry("thing/inside", "a directory").containsValue("a file");
        assertThat(right.files()).isEqualTo(left.files());
    }

    @Test
    @DisplayName("a directory that becomes a file, and back, arrives as it is")
    void directoryBecomesFile() throws IOException {
        both("thing/inside", "a directory");
        left.delete("thing/inside");
        Files.delete(left.path.resolve("thing"));
        left.write("thing", "a file").commitAll();
        exchange();
        assertThat(right.files()).isEqualTo(Map.of("thing", "a file"));

        right.delete("thing").write("thing/again", "a directory").commitAll();
        exchange();

        assertThat(left.files()).isEqualTo(Map.of("thing/again", "a directory"));
    }

    @Test
    @DisplayName("links and executables stay what they are")
    void modes() throws IOException {
        left.write("run.sh", "#!/bin/sh\n");
        Files.setPosixFilePermissions(left.path.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createSymbolicLink(left.path.resolve("link"), Path.of("run.sh"));
        left.commitAll();
        left.pushTo(right);

        right.integrate(left);

        assertThat(right.path.resolve("run.sh")).isExecutable();
        assertThat(Files.readSymbolicLink(right.path.resolve("link"))).isEqualTo(Path.of("run.sh"));
        assertThat(right.commitAll().head()).isEmpty();
    }

    @Test
    @DisplayName("an edit that is in no commit yet stops the checkout before anything is touched")
    void uncommittedEditStopsCheckout() throws IOException {
        both("a.txt", "one\n");
        left.write("a.txt", "two\n").write("b.txt", "new\n").commitAll();
        left.pushTo(right);
        right.write("a.txt", "mine\n").write("b.txt", "mine too\n");

        WorkTree.CheckedOut out = right.integrate(left);

        assertThat(out.done()).isFalse();
        assertThat(out.changedMeanwhile()).containsExactlyInAnyOrder("a.txt", "b.txt");
        assertThat(right.files()).isEqualTo(Map.of("a.txt", "mine\n", "b.txt", "mine too\n"));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    @DisplayName("any edits on both sides end in the same files and the same commit, and no edit is lost from history")
    void anyHistory(long seed) throws IOException {
        Random random = new Random(seed);
        both("f0", "line 1\nline 2\nline 3\nline 4\n");
        for (int round = 0; round < 6; round++) {
            for (TempFolder folder : List.of(left, right)) {
                for (int edit = random.nextInt(4); edit > 0; edit--) {
                    change(folder, random, round);
                }
                folder.commitAll();
            }
            if (random.nextBoolean()) {
                exchange();
            }
        }
        exchange();

        assertThat(right.head()).isEqualTo(left.head());
        assertThat(right.files()).isEqualTo(left.files());
        assertThat(left.files().values()).noneMatch(content -> content.contains("<<<<<<<"));
        assertThat(left.commitAll().head()).isEmpty();
        assertThat(right.commitAll().head()).isEmpty();
    }

    private static void change(TempFolder folder, Random random, int round) throws IOException {
        String name = "f" + random.nextInt(5);
        boolean there = folder.files().containsKey(name);
        switch (random.nextInt(3)) {
            case 0 -> folder.write(name, "line 1\nline 2 " + round + folder.path.getFileName() + "\nline 3\n");
            case 1 -> folder.write(name, (there ? folder.read(name) : "") + "end " + random.nextInt(100) + "\n");
            default -> {
                if (there) {
                    folder.delete(name);
                }
            }
        }
    }

    private void both(String file, String content) throws IOException {
        left.write(file, content).commitAll();
        exchange();
        assertThat(right.files()).isEqualTo(left.files());
    }

    /** Both push, then both merge, as they do when both edit at once; then once more, for what follows. */
    private void exchange() throws IOException {
        List<String> rejections = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            rejections.addAll(left.pushTo(right).rejections());
            rejections.addAll(right.pushTo(left).rejections());
            assertThat(rejections).isEmpty();
            assertThat(left.integrate(right).done()).isTrue();
            assertThat(right.integrate(left).done()).isTrue();
        }
    }
}
