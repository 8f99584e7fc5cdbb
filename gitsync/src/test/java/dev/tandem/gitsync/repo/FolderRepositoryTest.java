package dev.tandem.gitsync.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The repository of a folder")
class FolderRepositoryTest {
    private static final UUID ID = UUID.fromString("11111111-1111-4111-8111-111111111111");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @Test
    @DisplayName("is made where there is none, with an annex UUID and the wanted branch")
    void created() throws IOException {
        try (FolderRepository made = FolderRepository.createOrAdopt(directory.resolve("new"), setup(false))) {
            assertThat(made.uuid()).isEqualTo(ID);
            assertThat(made.branch()).isEqualTo("main");
            assertThat(made.head()).isEmpty();
            assertThat(made.busy()).isEmpty();
            assertThat(made.git().getConfig().getString("core", null, "bare"))
                    .as("else git lets a push move the branch that is checked out")
                    .isEqualTo("false");
        }
    }

    @Test
    @DisplayName("is adopted as it is: branch, commits and an existing UUID stay")
    void adopted() throws IOException, GitAPIException {
        Path path = directory.resolve("old");
        String head;
        try (Git git =
                Git.init().setDirectory(path.toFile()).setInitialBranch("trunk").call()) {
            git.getRepository().getConfig().setString("annex", null, "uuid", "99999999-9999-4999-8999-999999999999");
            git.getRepository().getConfig().save();
            head = git.commit().setMessage("mine").setSign(false).call().name();
        }

        try (FolderRepository adopted = FolderRepository.createOrAdopt(path, setup(false))) {
            assertThat(adopted.branch()).isEqualTo("trunk");
            assertThat(adopted.uuid()).hasToString("99999999-9999-4999-8999-999999999999");
            assertThat(adopted.head().orElseThrow().name()).isEqualTo(head);
        }
    }

    @Test
    @DisplayName("names git-annex as the filter while it is installed, and no longer when it is gone")
    void filterFollowsInstallation() throws IOException {
        Path path = directory.resolve("annexed");
        FolderRepository.createOrAdopt(path, setup(true)).close();
        assertThat(path.resolve(".git/config")).content().contains("filter-process");
        assertThat(path.resolve(".git/info/attributes")).hasContent("\n* filter=annex\n");

        FolderRepository.open(path, setup(false)).close();

        assertThat(path.resolve(".git/config")).content().doesNotContain("filter-process");
    }

    @Test
    @DisplayName("is not made in a file, a bare repository, a place inside another, or where nothing can be written")
    void unsuitable() throws IOException, GitAPIException {
        Path file = Files.writeString(directory.resolve("file"), "x");
        assertRefused(file, RepositoryException.Kind.NOT_A_DIRECTORY);
        Path bare = directory.resolve("bare.git");
        Git.init().setBare(true).setDirectory(bare.toFile()).call().close();
        assertRefused(bare, RepositoryException.Kind.BARE);
        FolderRepository.createOrAdopt(directory.resolve("outer"), setup(false)).close();
        assertRefused(directory.resolve("outer/inner"), RepositoryException.Kind.INSIDE_ANOTHER);
        assertThat(directory.resolve("outer/inner")).doesNotExist();
        assertRefused(Path.of("/proc/nowhere"), RepositoryException.Kind.NOT_WRITABLE);
    }

    @Test
    @DisplayName("says why Tandem waits: a lock, a merge, a detached HEAD, another branch")
    void busy() throws IOException {
        try (FolderRepository repository = FolderRepository.createOrAdopt(directory.resolve("busy"), setup(false))) {
            Path git = directory.resolve("busy/.git");
            Files.createFile(git.resolve("index.lock"));
            assertThat(repository.busy().orElse("")).contains("index.lock");
            Files.delete(git.resolve("index.lock"));

            Files.writeString(git.resolve("MERGE_HEAD"), "1111111111111111111111111111111111111111\n");
            assertThat(repository.busy().orElse("")).contains("under way");
            Files.delete(git.resolve("MERGE_HEAD"));

            Files.writeString(git.resolve("HEAD"), "ref: refs/heads/feature\n");
            assertThat(repository.busy().orElse("")).contains("feature").contains("main");

            Files.writeString(git.resolve("HEAD"), "1111111111111111111111111111111111111111\n");
            assertThat(repository.busy().orElse("")).contains("detached");

            // as an unmounted disk leaves it: an empty mount point is no mass deletion
            Files.move(git, directory.resolve("moved"));
            assertThat(repository.busy().orElse("")).contains("not there");
        }
    }

    private void assertRefused(Path path, RepositoryException.Kind kind) {
        assertThatThrownBy(() -> FolderRepository.createOrAdopt(path, setup(false)))
                .isInstanceOfSatisfying(RepositoryException.class, refused -> {
                    assertThat(refused.kind()).isEqualTo(kind);
                    assertThat(refused).hasMessageContaining("nothing was changed");
                });
    }

    private static RepositorySetup setup(boolean gitAnnex) {
        RepositorySetup plain = TempFolder.setup("any");
        return new RepositorySetup(() -> ID, gitAnnex, plain.initialBranch());
    }
}
