package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One daemon without an account; an annexed content that is not here comes from a bare repository on a path. */
@DisplayName("Old versions of files come back")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HistoryIT {
    private Device laptop;
    private Path shared;

    @BeforeAll
    void aFolder(@TempDir Path directory) throws Exception {
        laptop = new Device("laptop", directory);
        laptop.keepsInSync();
        shared = directory.resolve("shared.git");
        laptop.in(directory, "init", "-q", "--bare", "-b", "main", shared.toString());
        laptop.in(shared, "annex", "init", "shared");
        laptop.actions().addRemote("notes", "shared", shared.toString());
        saves("note.txt", "one\n");
        saves("note.txt", "two\n");
    }

    @AfterAll
    void allStops() {
        laptop.close();
    }

    private void saves(String file, String content) throws Exception {
        laptop.writes(file, content);
        synced();
    }

    private void synced() throws Exception {
        laptop.actions().sync(Optional.of("notes"), Duration.ofSeconds(60));
    }

    private static byte[] bytes(long seed) {
        byte[] bytes = new byte[(1 << 20) + 5];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private Path at(String file) {
        return laptop.folder.resolve(file);
    }

    private List<Actions.Version> history(String file) throws ActionFailed {
        return laptop.actions().history(at(file));
    }

    @Test
    @Order(1)
    @DisplayName("the version before, at its place: as a new version, so that it can be undone")
    void before() throws Exception {
        List<Actions.Version> versions = history("note.txt");
        assertThat(versions).extracting(Actions.Version::size).containsExactly(4L, 4L);
        assertThat(versions).extracting(Actions.Version::by).containsOnly("laptop");

        laptop.actions().restore(at("note.txt"), versions.get(1).commit(), Optional.empty());

        laptop.sees("note.txt", "one\n");
        assertThat(history("note.txt")).hasSize(3);
        assertThat(laptop.git("status", "--porcelain")).isEmpty();
        laptop.actions().restore(at("note.txt"), versions.get(0).commit(), Optional.empty());
        laptop.sees("note.txt", "two\n");
    }

    @Test
    @Order(2)
    @DisplayName("an edit that was saved a moment ago is a version before anything takes its place")
    void unsaved() throws Exception {
        String first = history("note.txt").get(3).commit();
        laptop.writes("note.txt", "just saved\n");

        laptop.actions().restore(at("note.txt"), first, Optional.empty());

        assertThat(Files.readString(at("note.txt"))).isEqualTo("one\n");
        laptop.actions().restore(at("note.txt"), history("note.txt").get(1).commit(), Optional.empty());
        assertThat(Files.readString(at("note.txt"))).isEqualTo("just saved\n");
    }

    @Test
    @Order(3)
    @DisplayName("a deleted file, by its time and beside")
    void deleted() throws Exception {
        saves("dir/gone.txt", "here\n");
        Instant time = history("dir/gone.txt").get(0).time();
        laptop.eventually("deletes it later", () -> Instant.now().isAfter(time.plusSeconds(1)));
        laptop.deletes("dir/gone.txt");
        synced();
        assertThat(history("dir/gone.txt").get(0).deleted()).isTrue();

        Actions.Restored restored =
                laptop.actions().restore(at("dir/gone.txt"), time.toString(), Optional.of(at("back/again.txt")));

        assertThat(restored.path()).isEqualTo("back/again.txt");
        laptop.sees("back/again.txt", "here\n");
        assertThat(Files.notExists(at("dir/gone.txt"))).isTrue();
        synced();
        assertThat(laptop.in(shared, "show", "main:back/again.txt")).isEqualTo("here\n");
    }

    @Test
    @Order(4)
    @DisplayName("a large file whose content is not here any more comes from where it is")
    void annexed() throws Exception {
        laptop.writes("film.mkv", bytes(1));
        synced();
        assertThat(laptop.actions().drop(List.of(at("film.mkv")), false)).allMatch(Actions.Content::done);
        laptop.writes("film.mkv", bytes(2));
        synced();
        assertThat(history("film.mkv")).extracting(Actions.Version::here).containsExactly(true, false);

        Actions.Restored restored = laptop.actions()
                .restore(at("film.mkv"), history("film.mkv").get(1).commit(), Optional.empty());

        assertThat(restored.here()).isTrue();
        laptop.sees("film.mkv", bytes(1));
        synced();
        assertThat(laptop.git("annex", "fsck")).doesNotContain("fixing").doesNotContain("failed");
        assertThat(laptop.git("status", "--porcelain")).isEmpty();
    }

    @Test
    @Order(5)
    @DisplayName("what never was, is outside or in the way is said, and nothing changes")
    void wrong() throws Exception {
        String head = laptop.git("rev-parse", "HEAD");
        Actions actions = laptop.actions();

        assertThatThrownBy(() -> actions.history(at("never"))).isInstanceOf(ActionFailed.class);
        assertThatThrownBy(() -> actions.history(Path.of("/etc/passwd"))).isInstanceOf(ActionFailed.class);
        assertThatThrownBy(() -> actions.restore(at("note.txt"), "1999-01-01", Optional.empty()))
                .hasMessageContaining("nothing was changed");
        assertThatThrownBy(() -> actions.restore(at("note.txt"), "HEAD", Optional.of(at("back"))))
                .isInstanceOf(ActionFailed.class);
        assertThatThrownBy(() -> actions.restore(at("note.txt"), "HEAD", Optional.of(at(".git/hooks/x"))))
                .isInstanceOf(ActionFailed.class);
        assertThatThrownBy(() -> actions.restore(at("note.txt"), "HEAD", Optional.of(Path.of("/tmp/x"))))
                .isInstanceOf(ActionFailed.class);

        assertThat(laptop.git("rev-parse", "HEAD")).isEqualTo(head);
        assertThat(laptop.git("status", "--porcelain")).isEmpty();
    }
}
