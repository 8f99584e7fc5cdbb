package dev.tandem.gitsync.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.history.TextDiff.Kind;
import dev.tandem.gitsync.history.TextDiff.Line;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A text diff")
class TextDiffTest {
    private final Repository git = new InMemoryRepository(new DfsRepositoryDescription("diff"));

    private Optional<Blob> blob(String text) throws IOException {
        try (ObjectInserter inserter = git.newObjectInserter()) {
            Blob blob = new Blob(
                    FileMode.REGULAR_FILE, inserter.insert(Constants.OBJ_BLOB, text.getBytes(StandardCharsets.UTF_8)));
            inserter.flush();
            return Optional.of(blob);
        }
    }

    private TextDiff diff(Optional<Blob> from, Optional<Blob> to, int context) throws IOException {
        try (ObjectReader reader = git.newObjectReader()) {
            return TextDiff.of(reader, from, to, context);
        }
    }

    private static List<String> lines(TextDiff.Hunk hunk) {
        return hunk.lines().stream().map(line -> line.sign() + line.text()).toList();
    }

    private static String numbers(int end) {
        return IntStream.range(0, end).mapToObj(i -> i + "\n").collect(Collectors.joining());
    }

    @Test
    @DisplayName("has the lines that differ, those around them, and their numbers")
    void hunks() throws IOException {
        String old = numbers(30);
        String changed = old.replace("\n5\n", "\nfünf\n").replace("\n25\n", "\n");

        TextDiff diff = diff(blob(old), blob(changed), 1);

        assertThat(diff.hunks()).hasSize(2);
        assertThat(lines(diff.hunks().get(0))).containsExactly(" 4", "-5", "+fünf", " 6");
        assertThat(diff.hunks().get(0).fromLine()).isEqualTo(5);
        assertThat(lines(diff.hunks().get(1))).containsExactly(" 24", "-25", " 26");
        assertThat(diff.hunks().get(1).toLines()).isEqualTo(2);
        assertThat(diff.cut()).isFalse();
        assertThat(diff(blob(old), blob(changed), 100).hunks()).hasSize(1);
    }

    @Test
    @DisplayName("of something and nothing is all added or all removed; a missing last line end is said")
    void ends() throws IOException {
        assertThat(lines(diff(Optional.empty(), blob("a\nb"), 3).hunks().get(0)))
                .containsExactly("+a", "+b", "\\No newline at the end of the file");
        assertThat(lines(diff(blob("a\n"), Optional.empty(), 3).hunks().get(0))).containsExactly("-a");
        assertThat(lines(diff(blob("a\nb"), blob("a\nb\n"), 0).hunks().get(0)))
                .containsExactly("-b", "\\No newline at the end of the file", "+b");
    }

    @Test
    @DisplayName("of the same is empty")
    void same() throws IOException {
        TextDiff diff = diff(blob("a"), blob("a"), 3);

        assertThat(diff.same()).isTrue();
        assertThat(diff.hunks()).isEmpty();
    }

    @Test
    @DisplayName("names what is binary, large or beside git, with its size, and shows nothing of it")
    void noText() throws IOException {
        String pointer = "/annex/objects/SHA256E-s12345--" + "ab".repeat(32) + ".bin\n";

        assertThat(diff(blob("a"), blob("a\0b"), 3)).satisfies(diff -> {
            assertThat(diff.to()).isEqualTo(new TextDiff.Side(Kind.BINARY, 3));
            assertThat(diff.hunks()).isEmpty();
        });
        assertThat(diff(blob("x".repeat(TextDiff.TEXT_BYTES_MAX + 1)), blob("a"), 3)
                        .from())
                .isEqualTo(new TextDiff.Side(Kind.LARGE, TextDiff.TEXT_BYTES_MAX + 1));
        assertThat(diff(blob("\n".repeat(TextDiff.TEXT_LINES_MAX + 1)), blob("a"), 3)
                        .from()
                        .kind())
                .isEqualTo(Kind.LARGE);
        assertThat(diff(blob(pointer), blob("a"), 3).from()).isEqualTo(new TextDiff.Side(Kind.ANNEXED, 12345));
        assertThat(diff(blob(pointer), blob("a"), 3).hunks()).isEmpty();
    }

    @Test
    @DisplayName("ends at a bound and says so")
    void bound() throws IOException {
        TextDiff diff = diff(blob(numbers(20_000)), blob(""), 3);

        assertThat(diff.cut()).isTrue();
        assertThat(diff.hunks()).hasSize(1);
        assertThat(diff.hunks().get(0).lines()).hasSize(TextDiff.SHOWN_LINES_MAX);
        assertThat(diff.hunks().get(0).lines().get(4_999)).isEqualTo(new Line('-', "4999"));
    }
}
