package dev.tandem.gitsync.repo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("After a crash")
class OwnLocksTest {
    @TempDir
    Path root;

    private Path git;

    @BeforeEach
    void create() throws IOException {
        FolderRepository.createOrAdopt(root.resolve("folder"), TempFolder.setup("any"))
                .close();
        git = root.resolve("folder/.git");
        Files.createDirectories(git.resolve("refs/synced/x"));
    }

    private void crashIn(String ref) throws IOException {
        try (FolderRepository folder = open()) {
            OwnLocks.note(folder.git(), ref);
            Files.createFile(git.resolve(ref + ".lock"));
        }
    }

    private FolderRepository open() throws IOException {
        return FolderRepository.open(root.resolve("folder"), TempFolder.setup("any"));
    }

    @Test
    @DisplayName("the locks of refs that Tandem was moving are gone at the next start, and so are the notes of them")
    void ours() throws IOException {
        crashIn("refs/heads/main");
        crashIn("refs/synced/x/main");

        open().close();

        assertThat(git.resolve("refs/heads/main.lock")).doesNotExist();
        assertThat(git.resolve("refs/synced/x/main.lock")).doesNotExist();
        assertThat(git.resolve("tandem/locks")).isEmptyDirectory();
    }

    @Test
    @DisplayName("the locks of whatever a fetch was moving are gone, older ones of the user's git there are not")
    void below() throws IOException {
        Path users = Files.createDirectories(git.resolve("refs/remotes/shared/old"));
        Files.createFile(users.resolve("main.lock"));
        Files.setLastModifiedTime(
                users.resolve("main.lock"), FileTime.from(Instant.now().minusSeconds(3600)));
        try (FolderRepository folder = open()) {
            OwnLocks.note(folder.git(), "refs/remotes/shared/");
            Files.createFile(git.resolve("refs/remotes/shared/main.lock"));
        }

        open().close();

        assertThat(git.resolve("refs/remotes/shared/main.lock")).doesNotExist();
        assertThat(users.resolve("main.lock")).exists();
        assertThat(git.resolve("tandem/locks")).isEmptyDirectory();
    }

    @Test
    @DisplayName("the lock of the configuration that Tandem was writing is gone")
    void configuration() throws IOException {
        crashIn("config");

        open().close();

        assertThat(git.resolve("config.lock")).doesNotExist();
    }

    @Test
    @DisplayName("the user's locks stay")
    void users() throws IOException {
        Files.createFile(git.resolve("refs/heads/main.lock"));
        crashIn("refs/heads/git-annex");

        open().close();

        assertThat(git.resolve("refs/heads/main.lock")).exists();
        assertThat(git.resolve("refs/heads/git-annex.lock")).doesNotExist();
    }

    @Test
    @DisplayName("a lock of the index is gone that had no second name yet, and one that git took long after is not")
    void index() throws IOException {
        crashIn("index");
        open().close();
        assertThat(git.resolve("index.lock")).doesNotExist();

        crashIn("index");
        Files.setLastModifiedTime(
                git.resolve("index.lock"), FileTime.from(Instant.now().plusSeconds(60)));
        open().close();
        assertThat(git.resolve("index.lock")).exists();
    }

    @Test
    @DisplayName("a lock is not Tandem's any more once it has moved the ref")
    void released() throws IOException {
        try (FolderRepository folder = open()) {
            OwnLocks.noted(folder.git(), "refs/heads/main", () -> true);
        }
        Files.createFile(git.resolve("refs/heads/main.lock"));

        open().close();

        assertThat(git.resolve("refs/heads/main.lock")).exists();
    }

    @Test
    @DisplayName("packs of pushes that broke off are left to git's garbage collection, and what the user keeps is kept")
    void packs() throws IOException {
        Path packs = Files.createDirectories(git.resolve("objects/pack"));
        Files.writeString(packs.resolve("pack-1.keep"), "jgit receive-pack from somebody\n");
        Files.createFile(packs.resolve("pack-1.keep.lock"));
        Files.writeString(packs.resolve("pack-2.keep"), "mine\n");

        open().close();

        assertThat(packs.resolve("pack-1.keep")).doesNotExist();
        assertThat(packs.resolve("pack-1.keep.lock")).doesNotExist();
        assertThat(packs.resolve("pack-2.keep")).exists();
    }
}
