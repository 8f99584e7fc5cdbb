package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An earlier version of a large file")
class EarlierVersionsTest {
    private final Random random = new Random(7);
    private AnnexedFolder folder;

    @BeforeEach
    void create(@TempDir Path directory) throws IOException {
        folder = new AnnexedFolder(directory.resolve("f"), false).settle("anything");
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private Key write(String path, int size) throws IOException {
        byte[] content = new byte[size];
        random.nextBytes(content);
        folder.write(path, content).commitAll();
        return AnnexedFolder.indexed(folder.git, path).orElseThrow();
    }

    private Optional<Key> before(String path, Key key) throws IOException {
        return EarlierVersions.present(
                folder.git, folder.store, folder.repository.head().orElseThrow(), path, key);
    }

    private void drop(Key key) throws IOException {
        assertThat(folder.store.remove(key, () -> DropCheck.forced(key, folder.repository.uuid())))
                .isEqualTo(ContentStore.Removed.YES);
    }

    @Test
    @DisplayName("is the newest whose content is here")
    void newest() throws IOException {
        Key first = write("film.mkv", 1000);
        Key second = write("film.mkv", 1000);
        Key third = write("film.mkv", 1000);

        assertThat(before("film.mkv", third)).contains(second);
        drop(second);
        assertThat(before("film.mkv", third)).contains(first);
        drop(first);
        assertThat(before("film.mkv", third)).isEmpty();
    }

    @Test
    @DisplayName("is also found under the name that the file had before, if it was renamed and edited at once")
    void renamed() throws IOException {
        Key unrelated = write("small.mkv", 90);
        Key first = write("d/film.mkv", 1000);
        write("other.mkv", 1500);
        Files.delete(folder.path.resolve("d/film.mkv"));
        Files.delete(folder.path.resolve("other.mkv"));
        Files.delete(folder.path.resolve("small.mkv"));

        Key edited = write("film (2).mkv", 1010);

        assertThat(before("film (2).mkv", edited)).contains(first).isNotEqualTo(Optional.of(unrelated));
    }

    @Test
    @DisplayName("is none of a file that is new, whatever else there is")
    void unrelated() throws IOException {
        write("other.mkv", 1000);
        Key key = write("film.mkv", 1000);

        assertThat(before("film.mkv", key)).isEmpty();
    }
}
