package dev.tandem.gitsync.worktree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Permissions say nothing to root, and so a mount does, which only root can make. */
@DisplayName("A folder that cannot be written to any more")
class ReadOnlyFolderIT {
    private static void mount(String... arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(arguments).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", arguments)).isZero();
    }

    @Test
    @DisplayName("stays as it is, and goes on when it can be written to again")
    void readOnly(@TempDir Path directory) throws Exception {
        Path root = Files.createDirectories(directory.resolve("f"));
        String path = root.toString();
        TestFolder folder = new TestFolder(root);
        folder.write("a", "1");
        ObjectId before = folder.commitAll();
        ObjectId theirs = folder.peer(Map.of("a", "1", "b", "theirs"), before);
        folder.write("a", "22");

        mount("mount", "--bind", path, path);
        try {
            mount("mount", "-o", "remount,ro,bind", path);
            assertThatThrownBy(folder::commitAll).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> folder.workTree.checkOut(theirs, TestFolder.UNKNOWN))
                    .isInstanceOf(IOException.class);
        } finally {
            mount("umount", path);
        }

        assertThat(folder.head()).isEqualTo(before);
        assertThat(root.resolve("b")).doesNotExist();
        assertThat(folder.read("a")).isEqualTo("22");
        folder.receive(theirs);
        folder.commitAll();
        assertThat(folder.files(folder.head())).isEqualTo(Map.of("a", "22", "b", "theirs"));
    }
}
