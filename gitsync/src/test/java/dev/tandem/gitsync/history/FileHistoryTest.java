package dev.tandem.gitsync.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The history of a file")
class FileHistoryTest {
    private final TempFolder.Clock clock = new TempFolder.Clock();
    private TempFolder folder;

    @BeforeEach
    void aFileWithFourVersions(@TempDir Path directory) throws IOException {
        folder = new TempFolder(directory.resolve("laptop"), clock);
        folder.write("dir/a", "one").write("other", "x").commitAll();
        clock.pass(Duration.ofHours(1));
        folder.write("other", "y").commitAll();
        clock.pass(Duration.ofHours(1));
        folder.write("dir/a", "two!").commitAll();
        clock.pass(Duration.ofHours(1));
        folder.delete("dir/a").commitAll();
        clock.pass(Duration.ofHours(1));
        folder.write("dir/a", "three").commitAll();
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private ObjectId head() throws IOException {
        return folder.head().orElseThrow();
    }

    private FileHistory history() {
        return new FileHistory(folder.repository.git(), "dir/a");
    }

    private Optional<FileVersion> at(String when) throws IOException {
        return history().at(head(), when, ZoneOffset.UTC);
    }

    @Test
    @DisplayName("has every version, newest first, with time, device and size; a deletion too")
    void versions() throws IOException {
        List<FileVersion> versions = history().of(head(), 10);

        assertThat(versions).extracting(FileVersion::sizeBytes).containsExactly(5L, -1L, 4L, 3L);
        assertThat(versions).extracting(FileVersion::isDeletion).containsExactly(false, true, false, false);
        assertThat(versions).extracting(FileVersion::by).containsOnly("laptop");
        assertThat(versions.get(3).time()).isEqualTo(Instant.parse("2026-11-20T12:00:01Z"));
        assertThat(history().of(head(), 2)).isEqualTo(versions.subList(0, 2));
        assertThat(new FileHistory(folder.repository.git(), "never").of(head(), 10))
                .isEmpty();
    }

    @Test
    @DisplayName("has the versions of both sides of a merge, also of the one whose version it did not take")
    void bothSides(@TempDir Path directory) throws IOException {
        try (TwoDevices both = new TwoDevices(directory)) {
            both.laptop.write("note", "begin\n");
            both.begin();
            both.laptop.write("note", "laptop\n");
            both.phone.write("note", "phone\n");
            both.meet();

            List<FileVersion> versions = new FileHistory(both.laptop.repository.git(), "note").of(both.head(), 10);

            assertThat(versions).extracting(FileVersion::by).containsExactly("phone", "laptop", "laptop");
            assertThat(versions).extracting(FileVersion::sizeBytes).containsExactly(6L, 7L, 6L);
        }
    }

    @Test
    @DisplayName("finds the version of a commit and of a time; none where the file was not there")
    void at() throws IOException {
        FileVersion two = history().of(head(), 10).get(2);

        assertThat(at(two.commit().name())).contains(two);
        assertThat(at(two.commit().name().substring(0, 10))).contains(two);
        assertThat(at("HEAD~1")).isEmpty();
        assertThat(at("2026-11-20T14:30")).contains(two);
        assertThat(at("2026-11-20 14:30:00")).contains(two);
        assertThat(at("2026-11-20T15:30+01:00")).contains(two);
        assertThat(at("2026-11-20T14:30:00Z")).contains(two);
        assertThat(at("2026-11-20T15:30")).isEmpty();
        assertThat(at("2026-11-20").orElseThrow().sizeBytes()).isEqualTo(5);
        assertThat(at("2026-11-19")).isEmpty();
        assertThat(at("no such thing")).isEmpty();
        assertThat(at("2026-13-45")).isEmpty();
        assertThat(at("main:dir/a")).isEmpty();
    }

    private ObjectId restored(FileVersion version, String to) throws IOException {
        PersonIdent who = new PersonIdent("laptop", "laptop@example.org", clock.instant(), ZoneOffset.UTC);
        return Restoration.commit(folder.repository.git(), head(), version, to, who);
    }

    @Test
    @DisplayName("gives a version back as a commit of its own, at its place or beside")
    void restore() throws IOException {
        FileVersion two = history().of(head(), 10).get(2);

        folder.tree.checkOut(restored(two, "dir/a"), (path, content) -> Optional.empty());
        assertThat(folder.read("dir/a")).isEqualTo("two!");
        folder.tree.checkOut(restored(two, "new/b"), (path, content) -> Optional.empty());

        assertThat(folder.files()).containsEntry("new/b", "two!").containsEntry("other", "y");
        assertThat(history().of(head(), 10)).hasSize(5);
        assertThat(restored(two, "dir/a")).isEqualTo(head());
        assertThatThrownBy(() -> restored(two, "dir")).hasMessageContaining("is a directory");
        assertThatThrownBy(() -> restored(two, "dir/a/b")).hasMessageContaining("is a file");
    }
}
