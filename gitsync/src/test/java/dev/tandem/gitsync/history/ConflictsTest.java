package dev.tandem.gitsync.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.history.Conflicts.Conflict;
import dev.tandem.gitsync.history.Conflicts.Shown;
import dev.tandem.gitsync.history.Conflicts.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A conflict")
class ConflictsTest {
    private TwoDevices both;

    @BeforeEach
    void twoEditsOfOneLine(@TempDir Path directory) throws IOException {
        both = new TwoDevices(directory);
        both.laptop.write("dir/note.txt", "begin\n").write("other", "x");
        both.begin();
        both.laptop.write("dir/note.txt", "of the laptop\n");
        both.phone.write("dir/note.txt", "of the phone\n");
        both.meet();
    }

    @AfterEach
    void close() {
        both.close();
    }

    private Conflicts conflicts() {
        return new Conflicts(both.laptop.repository.git());
    }

    private List<Conflict> list() throws IOException {
        return conflicts().list(both.head(), 10).conflicts();
    }

    private static List<Shown> shown(Conflict conflict) {
        return conflict.sides().stream()
                .map(side -> new Shown(side.path(), side.blob().id(), Optional.empty()))
                .toList();
    }

    private Proposal keep(Conflict conflict, String path) throws IOException {
        return conflicts().keep(both.head(), conflict.path(), path, shown(conflict), both.who());
    }

    private Proposal keepAll(Conflict conflict, String name) throws IOException {
        List<Shown> shown = conflict.sides().stream()
                .map(side -> new Shown(
                        side.path(),
                        side.blob().id(),
                        side.isVariant() && !name.isEmpty() ? Optional.of(name) : Optional.empty()))
                .toList();
        return conflicts().keepAll(both.head(), conflict.path(), shown, both.who());
    }

    @Test
    @DisplayName("is listed with both versions, and with who made each and when")
    void listed() throws IOException {
        assertThat(list()).hasSize(1);
        Conflict conflict = list().get(0);

        assertThat(conflict.path()).isEqualTo("dir/note.txt");
        assertThat(conflict.sides()).extracting(Side::isVariant).containsExactly(false, true);
        assertThat(conflict.sides())
                .extracting(side -> side.origin().orElseThrow().by())
                .containsExactly("phone", "laptop");
        assertThat(conflict.sides().get(0).origin().orElseThrow().time())
                .isAfter(conflict.sides().get(1).origin().orElseThrow().time());
        assertThat(conflict.sides()).extracting(Side::sizeBytes).containsExactly(13L, 14L);
        assertThat(conflicts().list(both.head(), 0).complete()).isFalse();
    }

    @Test
    @DisplayName("is settled by keeping the variant: it gets the file's name, and the other stays in history only")
    void keepVariant() throws IOException {
        Conflict conflict = list().get(0);

        both.carryOut(keep(conflict, conflict.sides().get(1).path()));

        assertThat(both.laptop.files())
                .containsEntry("dir/note.txt", "of the laptop\n")
                .hasSize(2);
        assertThat(list()).isEmpty();
        assertThat(new FileHistory(both.laptop.repository.git(), "dir/note.txt").of(both.head(), 10))
                .extracting(FileVersion::sizeBytes)
                .contains(13L);
    }

    @Test
    @DisplayName("is settled by keeping the file as it is: the variant goes")
    void keepOriginal() throws IOException {
        both.carryOut(keep(list().get(0), "dir/note.txt"));

        assertThat(both.laptop.files())
                .containsEntry("dir/note.txt", "of the phone\n")
                .hasSize(2);
        assertThat(list()).isEmpty();
    }

    @Test
    @DisplayName("is settled by keeping both: the variant gets a free name, or the given one")
    void keepBoth() throws IOException {
        both.laptop.write("dir/note (2).txt", "taken\n").commitAll();

        both.carryOut(keepAll(list().get(0), ""));

        assertThat(both.laptop.files())
                .containsEntry("dir/note.txt", "of the phone\n")
                .containsEntry("dir/note (2).txt", "taken\n")
                .containsEntry("dir/note (3).txt", "of the laptop\n");
        assertThat(list()).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("gives no name that is taken, leads elsewhere, or is a variant's again")
    @ValueSource(strings = {"note.txt", "../x", "a/b", " ", "note.variant-0123.txt"})
    void names(String name) throws IOException {
        assertThat(keepAll(list().get(0), name)).isInstanceOf(Proposal.Refused.class);
        both.carryOut(keepAll(list().get(0), "laptop's note.txt"));
        assertThat(both.laptop.files()).containsEntry("dir/laptop's note.txt", "of the laptop\n");
    }

    @Test
    @DisplayName("is not settled when a version has changed since it was shown, or there is another")
    void stale() throws IOException {
        Conflict conflict = list().get(0);
        both.laptop.write("dir/note.txt", "edited\n").commitAll();

        assertThat(TwoDevices.refusal(keep(conflict, "dir/note.txt"))).contains("others than those that were shown");
        assertThat(keepAll(conflict, "")).isInstanceOf(Proposal.Refused.class);

        both.laptop
                .write("dir/note.txt", "of the phone\n")
                .write("dir/note.variant-beef.txt", "third\n")
                .commitAll();
        assertThat(keep(conflict, "dir/note.txt")).isInstanceOf(Proposal.Refused.class);
        assertThat(list().get(0).sides()).hasSize(3);
    }

    @Test
    @DisplayName("of which somebody deleted one version by hand gives the other its name back")
    void one() throws IOException {
        both.laptop.delete("dir/note.txt").commitAll();
        Conflict conflict = list().get(0);
        assertThat(conflict.sides()).hasSize(1);

        both.carryOut(keep(conflict, conflict.sides().get(0).path()));

        assertThat(both.laptop.files())
                .containsEntry("dir/note.txt", "of the laptop\n")
                .hasSize(2);
        assertThat(TwoDevices.refusal(keep(conflict, "dir/note.txt"))).contains("in no conflict any more");
    }

    @Test
    @DisplayName("of two large files, of which neither kept the name, gives it to one of them")
    void annexed() throws IOException {
        both.laptop.write("film.mp4", pointer("00"));
        both.begin();
        both.laptop.write("film.mp4", pointer("aa"));
        both.phone.write("film.mp4", pointer("bb"));
        both.meet();
        Conflict conflict = list().get(1);
        assertThat(conflict.path()).isEqualTo("film.mp4");
        assertThat(conflict.sides()).extracting(Side::isVariant).containsExactly(true, true);
        assertThat(conflict.sides()).extracting(Side::sizeBytes).containsOnly(7_000_000L);

        both.carryOut(keepAll(conflict, ""));

        assertThat(both.laptop.files()).containsKeys("film.mp4", "film (2).mp4").hasSize(5);
        assertThat(list()).hasSize(1);
    }

    private static String pointer(String byteInHex) {
        return "/annex/objects/SHA256E-s7000000--" + byteInHex.repeat(32) + ".mp4\n";
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("is known by names as both tools make them")
    @CsvSource({
        "a/film.variant-12ab.mp4, a/film.mp4",
        "film.variant-12ab, film",
        ".variant-12ab.bashrc, .bashrc",
        "a.b.variant-12ab.c, a.b.c",
        "x.variant-12ab.variant-0123456789012345678901234567890123456789.txt, x.txt",
        "x.variant-SHA256E-s5--abc.mp4.mp4, x.mp4",
        "x.variant-SHA256-s5--abc, x",
        "x.variant-local1.txt, ",
        "x.variant-123.txt, ",
        "a.variant-12ab/b, ",
        ".variant-12ab, "
    })
    void namesOfVariants(String path, String original) {
        assertThat(VariantName.of(path).map(VariantName::original)).isEqualTo(Optional.ofNullable(original));
    }
}
