package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Large files")
@SuppressWarnings("NullAway") // fields that JUnit sets
class LargeFilesTest {
    private static final int MIB = 1 << 20;

    private TempFolder folder;
    private LargeFiles large;

    @BeforeEach
    void create(@TempDir Path directory) throws IOException {
        folder = new TempFolder(directory.resolve("f"), new TempFolder.Clock());
        large = new LargeFiles(folder.repository.git(), folder.annex);
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private boolean isLarge(String path, long size) throws IOException {
        return large.isLarge(path, size, false);
    }

    private void gitConfig(String name, String value) {
        folder.repository.git().getConfig().setString("annex", null, name, value);
    }

    @Test
    @DisplayName("are those of more than 1 MiB, and those that were annexed, where nobody says otherwise")
    void byDefault() throws IOException {
        assertThat(isLarge("a", MIB)).isFalse();
        assertThat(isLarge("a", MIB + 1)).isTrue();
        assertThat(large.isLarge("a", 1, true)).isTrue();
        assertThat(large.isConfigured()).isFalse();
    }

    @Test
    @DisplayName("are those that are said to be so, annexed before or not")
    void said() throws IOException {
        folder.annex.configure("annex.largefiles", "largerthan=100kb");

        assertThat(isLarge("a", 100_001)).isTrue();
        assertThat(large.isLarge("a", 100_000, true)).isFalse();
        assertThat(large.isConfigured()).isTrue();
    }

    @Test
    @DisplayName("are recorded for git-annex as Tandem takes them, unless somebody has decided")
    void recorded() throws IOException {
        large.recordRule();
        assertThat(folder.annex.settings().config())
                .isEqualTo(Map.of("annex.largefiles", "largerthan=1MiB", "annex.addunlocked", "true"));
        assertThat(isLarge("a", MIB)).isFalse();
        assertThat(isLarge("a", MIB + 1)).isTrue();

        folder.annex.configure("annex.largefiles", "anything");
        large.recordRule();
        assertThat(isLarge("a", 1)).isTrue();
    }

    @Test
    @DisplayName("are told by git's configuration, then by attributes, then by git annex config")
    void precedence() throws IOException {
        folder.annex.configure("annex.largefiles", "anything");
        assertThat(isLarge("a.c", 1)).isTrue();

        folder.write(".gitattributes", "*.c annex.largefiles=nothing\n");
        assertThat(isLarge("a.c", 1)).isFalse();
        assertThat(isLarge("a.h", 1)).isTrue();

        gitConfig("largefiles", "include=*.c");
        assertThat(isLarge("a.c", 1)).isTrue();
        assertThat(isLarge("a.h", 1)).isFalse();
    }

    @Test
    @DisplayName("are never those with a dot in front, nor below a directory with one, unless the user wants it")
    void dotfiles() throws IOException {
        folder.annex.configure("annex.largefiles", "anything");

        assertThat(isLarge(".profile", 10 * MIB)).isFalse();
        assertThat(isLarge("d/.cache/x/y.bin", 10 * MIB)).isFalse();
        assertThat(large.isLarge(".profile", 1, true)).isFalse();

        folder.annex.configure("annex.dotfiles", "true");
        assertThat(isLarge(".profile", 1)).isTrue();
        gitConfig("dotfiles", "false");
        assertThat(isLarge(".profile", 1)).isFalse();
    }

    @Nested
    @DisplayName("by attributes")
    class ByAttributes {
        @Test
        @DisplayName("are told by the file nearest to them, in it by the last line, before all by the repository's own")
        void nearest() throws IOException {
            folder.write(".gitattributes", "* annex.largefiles=nothing\n*.iso annex.largefiles=anything\n");
            folder.write("d/e/.gitattributes", "*.iso annex.largefiles=(not(largerthan=5b))and(include=*)\n");
            folder.write("d/.gitattributes", "/x.iso annex.largefiles=nothing\ny.iso -annex.largefiles\n");

            assertThat(isLarge("b.iso", 1)).isTrue();
            assertThat(isLarge("d/b.iso", 1)).isTrue();
            assertThat(isLarge("d/x.iso", 1)).isFalse();
            assertThat(isLarge("d/y.iso", 1)).isFalse();
            assertThat(isLarge("d/f/x.iso", 1)).isTrue();
            assertThat(isLarge("d/e/x.iso", 5)).isTrue();
            assertThat(isLarge("d/e/x.iso", 6)).isFalse();
            assertThat(isLarge("d/e/x.txt", 10 * MIB)).isFalse();

            Files.createDirectories(folder.path.resolve(".git/info"));
            Files.writeString(folder.path.resolve(".git/info/attributes"), "*.iso annex.largefiles=nothing\n");
            assertThat(isLarge("d/e/x.iso", 5)).isFalse();
        }

        @Test
        @DisplayName("are not told by a link, nor by a file that is too large to be one of attributes")
        void noAttributes() throws IOException {
            Path elsewhere = Files.writeString(folder.path.resolve("elsewhere"), "* annex.largefiles=anything\n");
            Files.createSymbolicLink(folder.path.resolve(".gitattributes"), elsewhere);
            assertThat(isLarge("a", 1)).isFalse();

            folder.write("d/.gitattributes", "* annex.largefiles=anything\n" + "#".repeat(2 * MIB));
            assertThat(isLarge("d/a", 1)).isFalse();
        }
    }

    /** Answers of {@code git annex matchexpression --largefiles}, version 10.20230126. */
    @ParameterizedTest(name = "{0}: {1}, {2} bytes: {3}")
    @DisplayName("are what git-annex takes them for")
    @CsvSource(delimiter = ';', quoteCharacter = '"', textBlock = """
            include=*.c; d/a.c; 5; true
            include=*.C; a.c; 5; false
            include=a.c; d/a.c; 5; false
            include=d/?/a.c; d/e/a.c; 5; true
            include=d?e; d/e; 5; true
            include=[a-c].c; b.c; 5; true
            include=[!a-c].c; b.c; 5; false
            include=[!a-c].c; d.c; 5; true
            include=[^a-c].c; d.c; 5; true
            include=[^]a]; b; 1; true
            include=[^]a]; "]"; 1; false
            include=[]a]; "]"; 1; true
            include=[a]]; "a]"; 1; true
            include=[a[b]; "["; 1; true
            include=[&&a]; &; 1; true
            include=[[:alpha:]]; a; 1; true
            include=[a-]; -; 1; true
            include=[a\\]; \\; 1; true
            include=a\\*; ab; 1; false
            include=a\\b; a\\b; 1; true
            include=a+b$^|; a+b$^|; 1; true
            include={a,b}; a; 1; false
            include=a.c; axc; 1; false
            include=*.é; x.é; 1; true
            include=?; é; 1; true
            include==a; =a; 1; true
            include=; a; 1; false
            exclude=*.c; b.c; 1; false
            exclude=; a; 1; true
            not nothing; a; 1; true
            not not nothing; a; 1; false
            not nothing and nothing; a; 1; false
            anything or nothing and nothing; a; 1; false
            nothing and anything or anything; a; 1; true
            (anything)and(nothing); a; 1; false
            anything nothing; a; 1; false
            nothing (or anything); a; 1; false
            nothing or (); a; 1; true
            nothing and or anything; a; 1; false
            nothing or and anything; a; 1; true
            not or anything; a; 1; false
            not (nothing; a; 1; true
            anything)nothing; a; 1; false
            )); a; 1; true
            (((; a; 1; true
            not; a; 1; false
            nothing not anything or anything; a; 1; true
            not(include=*.c); a.c; 1; false
            largerthan=1kb smallerthan=2kb; a; 1500; true
            largerthan=5b; a; 5; false
            smallerthan=5b; a; 4; true
            smallerthan=5b; a; 5; false
            largerthan=1.5b; a; 2; false
            largerthan=0.5b; a; 1; true
            smallerthan=2.5b; a; 2; false
            """)
    void asGitAnnex(String expression, String path, long size, boolean expected) throws IOException {
        assertThat(LargeFiles.parsed(expression).test(new LargeFiles.Candidate(path, size)))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0} is {1} bytes")
    @DisplayName("are measured in git-annex's units")
    @CsvSource({
        "1000,1000",
        "1b,1",
        "7bytes,7",
        "1kb,1000",
        "1K,1000",
        "1kib,1024",
        "1ki,1024",
        "1KiloBytes,1000",
        "1kibibyte,1024",
        "1.5kb,1500",
        "1m,1000000",
        "1MiB,1048576",
        "2mebibytes,2097152",
        "1g,1000000000",
        "1GiB,1073741824",
        "1t,1000000000000",
        "1TiB,1099511627776",
        "1p,1000000000000000",
        "1kilobits,125",
        "1Mbit,125000",
        "1e3b,1000",
        "1mb/s,1000000",
        "1_000b,1",
        "-1kb,-1000",
        "1.kb,1",
        "1yottabyte,9223372036854775807"
    })
    void units(String text, long bytes) throws IOException {
        assertThat(DataSize.bytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @DisplayName("are not guessed where what is said cannot be understood: the user is told")
    @ValueSource(
            strings = {
                "foo", "largerthan", "largerthan=", "largerthan=1xx", "largerthan=1kbps", "largerthan=1bit",
                "largerthan=.5kb", "largerthan=1 kb", "AND", "anything && nothing", "copies=1", "mimetype=text/*",
                "include=[a", "include=[]", "include=[z-a]", "include=[[:foo:]]", "present",
            })
    void notUnderstood(String expression) {
        gitConfig("largefiles", expression);

        assertThatThrownBy(() -> isLarge("a", 1))
                .isInstanceOf(ExpressionException.class)
                .hasMessageStartingWith("annex.largefiles cannot be understood: ");
    }

    @Test
    @DisplayName("are not told by an expression that is made to be too long")
    void tooLong() {
        gitConfig("largefiles", "not ".repeat(2000) + "anything");
        assertThatThrownBy(() -> isLarge("a", 1)).isInstanceOf(ExpressionException.class);

        gitConfig("largefiles", "not ".repeat(999) + "anything");
        assertThat(catchLarge()).isFalse();
    }

    private boolean catchLarge() {
        try {
            return isLarge("a", 1);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
