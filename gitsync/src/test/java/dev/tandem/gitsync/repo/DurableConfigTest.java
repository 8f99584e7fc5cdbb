package dev.tandem.gitsync.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.eclipse.jgit.lib.StoredConfig;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Git's configuration, when Tandem writes it,")
final class DurableConfigTest {
    @TempDir
    Path root;

    private FolderRepository folder() throws IOException {
        return FolderRepository.createOrAdopt(root.resolve("folder"), TempFolder.setup("any"));
    }

    @Test
    @DisplayName("is read back by this process and by git, has the modes it had, and leaves no lock")
    void written() throws IOException {
        try (FolderRepository folder = folder()) {
            Path file = folder.git().getDirectory().toPath().resolve("config");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
            StoredConfig config = folder.git().getConfig();
            config.setString("user", null, "name", "Zo\u00eb \"Z\"");

            DurableConfig.save(folder.git(), config);

            assertThat(folder.git().getConfig().getString("user", null, "name")).isEqualTo("Zo\u00eb \"Z\"");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-rw----");
            assertThat(file.resolveSibling("config.lock")).doesNotExist();
            assertThat(file.resolveSibling("tandem/locks")).isEmptyDirectory();
        }
    }

    @Test
    @DisplayName("is left alone while git writes it, whose lock stays")
    void busy() throws IOException {
        try (FolderRepository folder = folder()) {
            Path lock = Files.createFile(folder.git().getDirectory().toPath().resolve("config.lock"));
            String before = Files.readString(lock.resolveSibling("config"));
            StoredConfig config = folder.git().getConfig();
            config.setString("user", null, "name", "ada");

            assertThatThrownBy(() -> DurableConfig.save(folder.git(), config)).hasMessageContaining("config.lock");

            assertThat(lock).exists();
            assertThat(lock.resolveSibling("config")).hasContent(before);
        }
    }
}
