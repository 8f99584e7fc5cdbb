package dev.tandem.gitsync.worktree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The work tree, as the user's own git sees it")
final class WorkTreeIT {
    @TempDir
    Path root;

    private TestFolder folder;

    @BeforeEach
    void open() throws IOException {
        folder = new TestFolder(root);
    }

    private String git(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-C", root.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("HOME", root.resolve(".git").toString());
        builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
        builder.environment().put("GIT_AUTHOR_NAME", "U");
        builder.environment().put("GIT_AUTHOR_EMAIL", "u@u");
        builder.environment().put("GIT_COMMITTER_NAME", "U");
        builder.environment().put("GIT_COMMITTER_EMAIL", "u@u");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("git %s: %s", List.of(arguments), output)
                .isZero();
        return output;
    }

    private void assertGitIsContent() throws IOException, InterruptedException {
        assertThat(git("status", "--porcelain")).isEmpty();
        // Exit code 0 without reading a file: the index entries are true as they are.
        assertThat(git("diff-files", "--name-only")).isEmpty();
        assertThat(git("fsck", "--strict", "--no-dangling"))
                .doesNotContain("error")
                .doesNotContain("warning");
        assertThat(git("ls-files", "--unmerged")).isEmpty();
        assertThat(root.resolve(".git/MERGE_HEAD")).doesNotExist();
        assertThat(folder.workTree.scan()).isEmpty();
    }

    @Test
    @DisplayName("is clean after a commit, a merge of a conflict, and a checkout")
    void clean() throws Exception {
        folder.write("a.txt", "1\n");
        folder.write("d/é ü/日本.txt", "");
        folder.write("-x", "1");
        folder.write("run", "#!");
        Files.setPosixFilePermissions(root.resolve("run"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createSymbolicLink(root.resolve("l"), Path.of("nowhere"));
        ObjectId base = folder.commitAll();
        assertGitIsContent();

        folder.write("a.txt", "mine\n");
        folder.commitAll();
        folder.receive(folder.peer(Map.of("a.txt", "theirs\n", "new/b", "2", "l", "file now"), base));

        assertGitIsContent();
        assertThat(git("ls-files")).contains("a.variant-").contains("new/b").doesNotContain("run");
    }

    @Test
    @DisplayName("takes the user's own commits and staged files as they are")
    void usersCommits() throws Exception {
        folder.write("a", "1\n");
        folder.commitAll();
        folder.write("b", "1\n");
        git("add", "b");
        git("commit", "-qm", "by hand");
        folder.write("c", "1\n");
        git("add", "c");

        assertThat(folder.workTree.scan()).containsExactly("c");
        folder.workTree.commit(Set.of("c"));
        git("mv", "c", "e");
        folder.workTree.commit(folder.workTree.scan());

        assertThat(folder.files(folder.head())).containsOnlyKeys("a", "b", "e");
        assertGitIsContent();
    }

    @Test
    @DisplayName("sees at once an edit right after git add, of the same size and time")
    void racyGitAdd() throws Exception {
        for (int i = 0; i < 20; i++) {
            folder.write("f", "one" + i % 10);
            git("add", "f");
            folder.write("f", "two" + i % 10);
            assertThat(folder.workTree.scan()).contains("f");
            folder.workTree.commit(Set.of("f"));
            assertThat(folder.files(folder.head())).containsEntry("f", "two" + i % 10);
        }
        assertGitIsContent();
    }

    @Test
    @DisplayName("packs that hold many new files pass git fsck")
    void pack() throws Exception {
        for (int i = 0; i < 400; i++) {
            folder.write("d" + i % 7 + "/" + i, "content " + i);
        }
        folder.commitAll();

        assertGitIsContent();
    }
}
