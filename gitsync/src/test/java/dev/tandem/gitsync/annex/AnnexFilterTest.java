package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What stands in git for a file")
@SuppressWarnings("NullAway") // fields that JUnit sets
class AnnexFilterTest {
    private TempFolder folder;
    private ContentStore store;
    private AnnexFilter filter;
    private final Map<String, Key> index = new HashMap<>();
    private final List<Key> stored = new ArrayList<>();
    private final List<Key> lost = new ArrayList<>();

    @BeforeEach
    void create(@TempDir Path directory) throws IOException {
        folder = new TempFolder(directory.resolve("f"), new TempFolder.Clock());
        folder.annex.configure("annex.largefiles", "largerthan=9b");
        store = new ContentStore(folder.repository.git());
        LargeFiles large = new LargeFiles(folder.repository.git(), folder.annex);
        filter = new AnnexFilter(
                folder.repository.git(),
                store,
                large,
                path -> Optional.ofNullable(index.get(path)),
                stored::add,
                lost::add);
    }

    @AfterEach
    void close() throws IOException {
        folder.close();
        try (Stream<Path> all = Files.walk(folder.path)) {
            for (Path path : (Iterable<Path>) all.filter(Files::isDirectory)::iterator) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    private Optional<byte[]> clean(String path, String content) throws IOException {
        folder.write(path, content);
        Path file = folder.path.resolve(path);
        return filter.clean(path, file, Files.size(file));
    }

    private static Key key(Optional<byte[]> pointer) {
        return Pointer.parse(pointer.orElseThrow()).orElseThrow();
    }

    @Test
    @DisplayName("is a pointer for a large one, whose content is then in the store")
    void pointer() throws IOException {
        Key key = key(clean("d/a.txt", "large enough"));

        assertThat(key.backend()).isEqualTo("SHA256E");
        assertThat(store.find(key))
                .hasValueSatisfying(object -> assertThat(object).hasContent("large enough"));
        assertThat(stored).containsExactly(key);
        assertThat(filter.smudge("d/a.txt", Pointer.of(key))).isEqualTo(store.find(key));
    }

    @Test
    @DisplayName("is the file itself for a small one, and for a pointer whose content is elsewhere")
    void itself() throws IOException {
        Key elsewhere = Key.parse("SHA256E-s1--ab").orElseThrow();

        assertThat(clean("a", "small")).isEmpty();
        assertThat(clean("b", new String(Pointer.of(elsewhere), StandardCharsets.UTF_8)))
                .isEmpty();

        assertThat(filter.smudge("b", Pointer.of(elsewhere))).isEmpty();
        assertThat(filter.smudge("a", "small".getBytes(StandardCharsets.UTF_8))).isEmpty();
        assertThat(stored).isEmpty();
    }

    @Test
    @DisplayName("keeps the key of a content that has not changed, and the backend of one that has")
    void before() throws IOException {
        folder.repository.git().getConfig().setString("annex", null, "backend", "SHA1E");
        Key first = key(clean("a.x", "large enough"));
        assertThat(first.backend()).isEqualTo("SHA1E");
        folder.repository.git().getConfig().setString("annex", null, "backend", "MD5");

        assertThat(key(clean("b.y", "large enough")).backend()).isEqualTo("MD5");
        index.put("b.y", first);
        assertThat(key(clean("b.y", "large enough"))).isEqualTo(first);
        assertThat(key(clean("b.y", "large and new")).backend()).isEqualTo("SHA1E");
        index.put("b.y", Key.parse("WORM-s12-m1--b.y").orElseThrow());
        assertThat(key(clean("b.y", "large enough")).backend()).isEqualTo("MD5");
    }

    @Test
    @DisplayName("is not decided while it cannot be told what is large")
    void undecided() {
        folder.repository.git().getConfig().setString("annex", null, "largefiles", "huge");

        assertThatThrownBy(() -> clean("a", "x")).isInstanceOf(ExpressionException.class);
    }

    @Nested
    @DisplayName("when git asks for it")
    class ByGit {
        private final ByteArrayOutputStream toFilter = new ByteArrayOutputStream();
        private final ByteArrayOutputStream fromFilter = new ByteArrayOutputStream();

        private Packets hello() throws IOException {
            Packets git = new Packets(new ByteArrayInputStream(new byte[0]), toFilter);
            git.writeList("git-filter-client", "version=2");
            git.writeList("capability=clean", "capability=smudge", "capability=delay");
            return git;
        }

        private void ask(Packets git, String command, String path, byte[] content) throws IOException {
            git.writeList("command=" + command, "pathname=" + path);
            git.write(content, 0, content.length);
            git.end();
        }

        private Packets answers() throws IOException {
            new FilterProcess(filter, folder.path, new ByteArrayInputStream(toFilter.toByteArray()), fromFilter).run();
            Packets answers =
                    new Packets(new ByteArrayInputStream(fromFilter.toByteArray()), new ByteArrayOutputStream());
            assertThat(answers.readList()).containsExactly("git-filter-server", "version=2");
            assertThat(answers.readList()).containsExactly("capability=clean", "capability=smudge");
            return answers;
        }

        private byte[] content(Packets answers) throws IOException {
            assertThat(answers.readList()).containsExactly("status=success");
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            for (byte[] packet = answers.read(); packet != null; packet = answers.read()) {
                content.writeBytes(packet);
            }
            assertThat(answers.readList()).isEmpty();
            return content.toByteArray();
        }

        @Test
        @DisplayName("goes to and fro, for contents of every size")
        void toAndFro() throws IOException {
            Packets git = hello();
            byte[] large = new byte[300_000];
            Arrays.fill(large, (byte) 'x');
            byte[] small = "small".getBytes(StandardCharsets.UTF_8);
            ask(git, "clean", "a.bin", large);
            ask(git, "clean", "b", small);
            ask(git, "clean", "empty", new byte[0]);
            ask(git, "clean", ".large", large);
            ask(git, "smudge", "b", small);

            Packets answers = answers();
            byte[] pointer = content(answers);
            assertThat(content(answers)).isEqualTo(small);
            assertThat(content(answers)).isEmpty();
            assertThat(content(answers)).isEqualTo(large);
            assertThat(content(answers)).isEqualTo(small);
            assertThat(stored).hasSize(1);
            assertThat(stored.get(0).sizeBytes()).hasValue(300_000);

            toFilter.reset();
            fromFilter.reset();
            git = hello();
            ask(git, "smudge", "a.bin", pointer);
            ask(git, "clean", "a.bin", pointer);
            ask(git, "smudge", "c", Pointer.of(Key.parse("SHA256E-s1--ab").orElseThrow()));
            answers = answers();
            assertThat(content(answers)).isEqualTo(large);
            assertThat(content(answers)).isEqualTo(pointer);
            assertThat(content(answers))
                    .isEqualTo(Pointer.of(Key.parse("SHA256E-s1--ab").orElseThrow()));
            assertThat(folder.path.resolve(".git/annex/othertmp")).isEmptyDirectory();
        }

        @Test
        @DisplayName("tells git of a file that it cannot decide on, and goes on with the next")
        void refused() throws IOException {
            folder.repository.git().getConfig().setString("annex", null, "largefiles", "huge or nothing");
            Packets git = hello();
            ask(git, "clean", "a", new byte[10]);
            ask(git, "smudge", "b", new byte[10]);

            Packets answers = answers();
            assertThat(answers.readList()).containsExactly("status=error");
            assertThat(content(answers)).isEqualTo(new byte[10]);
        }

        @Test
        @DisplayName("ends with an error where git breaks off, or is none")
        void broken() throws IOException {
            for (String bytes :
                    List.of("", "0000", "zzzz", "0003", "fff5", "0010git-filter-cli", "0016git-filter-server\n0000")) {
                assertThatThrownBy(() -> new FilterProcess(
                                        filter,
                                        folder.path,
                                        new ByteArrayInputStream(bytes.getBytes(StandardCharsets.US_ASCII)),
                                        new ByteArrayOutputStream())
                                .run())
                        .as(bytes)
                        .isInstanceOf(IOException.class);
            }
            Packets git = hello();
            git.writeList("command=clean", "pathname=a");
            git.write(new byte[100_000], 0, 100_000);
            assertThatThrownBy(this::answers).isInstanceOf(EOFException.class);
            assertThat(folder.path.resolve(".git/annex/othertmp")).isEmptyDirectory();
        }
    }
}
