package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.HistoryViews;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One daemon without an account; what the other side did comes from a clone that pushes. */
@DisplayName("What a merge has done of itself can be settled and undone")
class SettlingIT {
    private static final String TEXT = "1\n2\n3\n4\n5\n6\n7\n";

    private Device laptop;
    private Path clone;

    @BeforeEach
    void aClashAndAMergedText(@TempDir Path directory) throws Exception {
        laptop = new Device("laptop", directory);
        laptop.keepsInSync();
        laptop.writes("clash.txt", "begin\n");
        laptop.writes("text.txt", TEXT);
        synced();
        clone = directory.resolve("clone");
        laptop.in(directory, "clone", "-q", laptop.folder.toString(), clone.toString());
        Files.writeString(clone.resolve("clash.txt"), "of the clone\n");
        Files.writeString(clone.resolve("text.txt"), TEXT.replace("7", "clone"));
        laptop.in(clone, "commit", "-qam", "of the clone");
        laptop.writes("clash.txt", "of the laptop\n");
        laptop.writes("text.txt", TEXT.replace("1", "laptop"));
        synced();
        laptop.in(clone, "push", "-q", "origin", "HEAD:synced/main");
        laptop.sees("text.txt", TEXT.replace("1", "laptop").replace("7", "clone"));
        synced();
    }

    @AfterEach
    void stops() {
        laptop.close();
    }

    private void synced() throws ActionFailed {
        laptop.actions().sync(Optional.of("notes"), Duration.ofSeconds(60));
    }

    private HistoryViews views() {
        return laptop.actions().views();
    }

    private HistoryViews.Conflict conflict() throws ActionFailed {
        HistoryViews.ConflictList list = views().conflicts(Optional.empty());
        assertThat(list.conflicts()).hasSize(1);
        return list.conflicts().get(0);
    }

    private static List<HistoryViews.Shown> shown(HistoryViews.Conflict conflict) {
        return conflict.sides().stream()
                .map(side -> new HistoryViews.Shown(side.path(), side.id(), null))
                .toList();
    }

    private HistoryViews.Side variant() throws ActionFailed {
        return conflict().sides().get(1);
    }

    @Test
    @DisplayName("a conflict, by keeping one version: the other is in history, the alert is over")
    void keep() throws Exception {
        HistoryViews.Conflict conflict = conflict();
        String kept = Files.readString(laptop.folder.resolve(variant().path()));
        laptop.eventually("says so", () -> laptop.actions().status().alerts().size() == 1);

        views().keep("notes", "clash.txt", variant().path(), shown(conflict));

        assertThat(laptop.files()).containsEntry("clash.txt", kept).hasSize(2);
        assertThat(laptop.git("status", "--porcelain")).isEmpty();
        assertThat(views().conflicts(Optional.of("notes")).conflicts()).isEmpty();
        assertThat(laptop.git(
                                "log",
                                "--format=%H",
                                "--",
                                conflict.sides().get(1).path())
                        .lines())
                .hasSize(2);
        laptop.eventually("is content", () -> laptop.actions().status().alerts().isEmpty());
    }

    @Test
    @DisplayName("a conflict, by keeping both under ordinary names")
    void keepBoth() throws Exception {
        views().keepBoth("notes", "clash.txt", shown(conflict()));

        assertThat(laptop.files()).containsKeys("clash.txt", "clash (2).txt").hasSize(3);
        assertThat(views().conflicts(Optional.empty()).conflicts()).isEmpty();
    }

    @Test
    @DisplayName("a conflict of large files, of which neither kept the name: the one that stays has its content there")
    void large() throws Exception {
        byte[] film = new byte[(1 << 20) + 1];
        new Random(7).nextBytes(film);
        laptop.writes("film.mp4", film);
        synced();
        laptop.in(clone, "pull", "-q", "origin", "main");
        Files.writeString(clone.resolve("film.mp4"), "/annex/objects/SHA256E-s7000000--" + "ab".repeat(32) + ".mp4\n");
        laptop.in(clone, "commit", "-qam", "another film");
        film[0]++;
        laptop.writes("film.mp4", film);
        synced();
        laptop.in(clone, "push", "-q", "origin", "HEAD:synced/main");
        laptop.eventually(
                "has merged",
                () -> views().conflicts(Optional.empty()).conflicts().size() == 2);
        HistoryViews.Conflict conflict =
                views().conflicts(Optional.empty()).conflicts().get(1);
        assertThat(conflict.path()).isEqualTo("film.mp4");
        assertThat(conflict.sides()).extracting(HistoryViews.Side::variant).containsExactly(true, true);
        HistoryViews.Side ours = conflict.sides().stream()
                .filter(side -> side.size() == film.length)
                .findFirst()
                .orElseThrow();

        views().keep("notes", "film.mp4", ours.path(), shown(conflict));

        laptop.sees("film.mp4", film);
        try (InputStream bytes =
                views().content("notes", "film.mp4", Optional.empty()).bytes()) {
            assertThat(bytes.readAllBytes()).isEqualTo(film);
        }
        assertThat(laptop.git("status", "--porcelain")).isEmpty();
    }

    @Test
    @DisplayName("not with an edit that was saved since: that becomes a version, and nothing else happens")
    void stale() throws Exception {
        HistoryViews.Conflict conflict = conflict();
        laptop.writes("clash.txt", "just saved\n");

        assertThatThrownBy(() -> views().keep("notes", "clash.txt", variant().path(), shown(conflict)))
                .hasMessageContaining("look at them again");

        assertThat(laptop.files()).containsEntry("clash.txt", "just saved\n").hasSize(3);
        assertThat(laptop.git("show", "HEAD:clash.txt")).isEqualTo("just saved\n");
    }

    @Test
    @DisplayName("a merge, to one side's versions")
    void undo() throws Exception {
        HistoryViews.Merge merge = views().merges("notes", new HistoryViews.Paging(Optional.empty(), 0, 10))
                .merges()
                .get(0);
        assertThat(merge.combined()).extracting(HistoryViews.Combined::how).containsExactly("kept-both", "merged");
        String side = merge.one().by().equals("laptop") ? "one" : "two";

        views().undo("notes", merge.commit(), side, null);

        assertThat(laptop.files())
                .containsEntry("clash.txt", "of the laptop\n")
                .containsEntry("text.txt", TEXT.replace("1", "laptop"))
                .hasSize(2);
        assertThat(laptop.git("status", "--porcelain")).isEmpty();
        assertThat(views().merge("notes", merge.commit()).combined())
                .extracting(HistoryViews.Combined::now)
                .containsOnly("as-" + side);
    }

    @Test
    @DisplayName("and looked at: commits, their changes, differences of texts, what was deleted")
    void looks() throws Exception {
        laptop.deletes("text.txt");
        synced();

        HistoryViews.Steps steps = views().steps("notes", new HistoryViews.Paging(Optional.empty(), 0, 2));
        assertThat(steps.steps()).extracting(HistoryViews.Step::automatic).containsExactly(false, true);
        assertThat(steps.next()).isNotNull();
        HistoryViews.Deleted gone = views().deleted("notes").files().get(0);
        assertThat(gone.path()).isEqualTo("text.txt");
        assertThat(views().diff(
                                "notes",
                                new HistoryViews.Compared(
                                        "text.txt", Optional.of(gone.commit()), "parent", Optional.empty(), 3))
                        .hunks()
                        .get(0)
                        .lines())
                .hasSize(7)
                .contains("-laptop");
        assertThat(views().directory("notes", "").entries())
                .extracting(HistoryViews.Named::name)
                .contains("clash.txt")
                .doesNotContain("text.txt");
        assertThatThrownBy(() -> views().step("notes", "0".repeat(40))).hasMessageContaining("no such version");
        assertThatThrownBy(() -> views().step("notes", "HEAD")).hasMessageContaining("not a commit");
        try (InputStream bytes =
                views().content("notes", "text.txt", Optional.of(gone.last())).bytes()) {
            assertThat(new String(bytes.readAllBytes(), StandardCharsets.UTF_8)).startsWith("laptop\n2\n");
        }
        assertThatThrownBy(() -> views().content("notes", "text.txt", Optional.empty()))
                .hasMessageContaining("no text.txt in that version");
        for (String path : List.of("../x", ".git/config", "/etc/passwd", "", "a//b")) {
            HistoryViews.Compared elsewhere =
                    new HistoryViews.Compared(path, Optional.empty(), "parent", Optional.empty(), 3);
            assertThatThrownBy(() -> views().diff("notes", elsewhere)).hasMessageContaining("not a path");
            List<HistoryViews.Shown> sides = List.of(new HistoryViews.Shown(path, gone.commit(), null));
            assertThatThrownBy(() -> views().keep("notes", path, path, sides)).hasMessageContaining("not a path");
            assertThatThrownBy(() -> views().keepBoth("notes", "clash.txt", sides))
                    .hasMessageContaining("not a path");
        }
        assertThatThrownBy(() -> views().step("nothing", gone.commit())).isInstanceOf(ActionFailed.class);
    }
}
