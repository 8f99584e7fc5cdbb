package dev.tandem.gitsync.repo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.util.SystemReader;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A garbage collection that was killed")
class KilledCollectionTest {
    @TempDir
    Path directory;

    private Path left(String pid, String host) throws IOException {
        Path git = directory.resolve("folder/.git");
        Files.writeString(git.resolve("gc.pid"), pid + " " + host);
        Files.writeString(git.resolve("gc.log.lock"), "");
        FolderRepository.open(directory.resolve("folder"), TempFolder.setup("folder"))
                .close();
        return git;
    }

    @Test
    @DisplayName("does not keep others from beginning; one that runs, or runs elsewhere, does")
    void cleared() throws Exception {
        FolderRepository.createOrAdopt(directory.resolve("folder"), TempFolder.setup("folder"))
                .close();
        String here = SystemReader.getInstance().getHostname();
        Process dead = new ProcessBuilder("true").start();
        assertThat(dead.waitFor()).isZero();

        Path running = left(Long.toString(ProcessHandle.current().pid()), here);
        assertThat(running.resolve("gc.log.lock")).exists();
        assertThat(running.resolve("gc.pid")).exists();
        assertThat(left(Long.toString(dead.pid()), here + "-2").resolve("gc.log.lock"))
                .exists();
        assertThat(left("not a number", here).resolve("gc.log.lock")).exists();

        Path killed = left(Long.toString(dead.pid()), here);
        assertThat(killed.resolve("gc.log.lock")).doesNotExist();
        assertThat(killed.resolve("gc.pid")).doesNotExist();
    }
}
