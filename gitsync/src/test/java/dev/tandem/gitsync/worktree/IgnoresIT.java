package dev.tandem.gitsync.worktree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What is ignored is what the real git ignores")
class IgnoresIT {
    private static final int ROUNDS = 40;

    @TempDir
    Path root;

    private static String git(Path directory, String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "git";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process git = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(git.waitFor()).as(said).isZero();
        return said;
    }

    private static Set<String> untracked(Path directory) throws IOException, InterruptedException {
        return new TreeSet<>(git(
                        directory, "-c", "core.quotePath=false", "ls-files", "--others", "--exclude-standard")
                .lines()
                .toList());
    }

    @Test
    @DisplayName("by nested .gitignore files, info/exclude and core.excludesFile, with random patterns")
    void random() throws Exception {
        Random random = new Random(5);
        List<String> patterns = List.of(
                "*.log", "!keep.log", "build/", "/top", "a/b", "**/deep", "d?", "[xy]*", "!d1", "*/z", "deep/**", "c/");
        List<String> files = List.of(
                "keep.log", "x.log", "build/o", "top", "a/top", "a/b/c", "a/deep/f", "deep/g/h", "d1", "d2/x", "y", "a/z", "c/c/c");
        for (int round = 0; round < ROUNDS; round++) {
            Path path = root.resolve("r" + round);
            TestFolder folder = new TestFolder(Files.createDirectories(path));
                for (String file : files) {
                    folder.write(file, "1");
                }
                for (String file : List.of(".gitignore", "a/.gitignore", "deep/.gitignore", ".git/info/exclude")) {
                    StringBuilder lines = new StringBuilder("# " + round + "\n");
                    for (int i = random.nextInt(4); i > 0; i--) {
                        lines.append(patterns.get(random.nextInt(patterns.size()))).append('\n');
                    }
                    Files.createDirectories(path.resolve(file).resolveSibling(""));
                    Files.writeString(path.resolve(file), lines);
                }
                Files.writeString(path.resolve(".git/mine"), patterns.get(random.nextInt(patterns.size())) + "\n");
                git(path, "config", "core.excludesFile", path.resolve(".git/mine").toString());

                assertThat(folder.start().scan())
                        .as("round %s", round)
                        .containsExactlyInAnyOrderElementsOf(untracked(path));
        }
    }

    @Test
    @DisplayName("a file that is in git stays in sync when a pattern for it is added later")
    void trackedStays() throws Exception {
        TestFolder folder = new TestFolder(Files.createDirectories(root.resolve("f")));
            folder.write("a.log", "1");
            folder.write("sub/b.log", "1");
            folder.commitAll();
            folder.write(".gitignore", "*.log\n");
            folder.write("c.log", "1");
            folder.write("a.log", "changed");
            folder.commitAll();

            assertThat(folder.files(folder.head())).containsOnlyKeys(".gitignore", "a.log", "sub/b.log");
            assertThat(folder.files(folder.head())).containsEntry("a.log", "changed");
            assertThat(git(root.resolve("f"), "status", "--porcelain")).isEmpty();
    }
}
