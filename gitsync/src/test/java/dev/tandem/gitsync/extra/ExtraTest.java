package dev.tandem.gitsync.extra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.extra.Directories.Mark;
import dev.tandem.gitsync.extra.Extra.FileTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A commit's header of its own")
class ExtraTest {
    private static final ObjectId BLOB = ObjectId.fromString("f".repeat(15) + "e" + "0".repeat(24));

    private static CommitBuilder commit() {
        CommitBuilder commit = new CommitBuilder();
        commit.setTreeId(ObjectId.zeroId());
        PersonIdent who = new PersonIdent("U", "u@example.org");
        commit.setAuthor(who);
        commit.setCommitter(who);
        commit.setMessage("a message\n\ntandem 1\n + 1 not/a/header\n");
        return commit;
    }

    private static byte[] with(String... lines) throws IOException {
        String plain = new String(commit().build(), StandardCharsets.UTF_8);
        String header = "tandem 1\n " + String.join("\n ", lines) + "\n";
        return plain.replaceFirst("\n\n", "\n" + java.util.regex.Matcher.quoteReplacement(header) + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("brings times and directories back, of any name, and is none of the message's")
    void roundTrip() throws IOException {
        Extra extra = new Extra(
                List.of(
                        FileTime.of("a b/ü %41\n\u007f日.txt", BLOB, Instant.parse("2019-03-04T05:06:07.123Z")),
                        FileTime.of(" ", BLOB, Instant.parse("1969-01-01T00:00:00Z"))),
                Map.of("leer/e r", new Mark(3, true), "weg", new Mark(Directories.MAX_COUNT, false)));
        byte[] raw = extra.in(commit());

        assertThat(Extra.checked(raw)).isEqualTo(extra);
        new ObjectChecker().checkCommit(raw);
        assertThat(RevCommit.parse(raw).getFullMessage()).isEqualTo(commit().getMessage());
        assertThat(Extra.checked(commit().build())).isEqualTo(Extra.NONE);
        assertThat(Extra.NONE.in(commit())).isEqualTo(commit().build());
    }

    @Test
    @DisplayName("holds a time that no file system has within the years that all have")
    void absurdTime() throws IOException {
        Extra extra = new Extra(List.of(FileTime.of("a", BLOB, Instant.MAX)), Map.of());

        assertThat(Extra.checked(extra.in(commit())).files().get(0).millis()).isEqualTo(253_402_300_799_999L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "t 1 0123456789abcdef ../up",
                "t 1 0123456789abcdef a/../../up",
                "t 1 0123456789abcdef .git/hooks/post-checkout",
                "t 1 0123456789abcdef a/.GIT/config",
                "t 1 0123456789abcdef /etc/passwd",
                "t 1 0123456789abcdef %2E%2E/up",
                "t 1 0123456789abcdef a%00b",
                "t 1 0123456789abcdef ",
                "t 999999999999999999 0123456789abcdef a",
                "t 99999999999999999999999 0123456789abcdef a",
                "t 1 0123 a",
                "t 1 0123456789abcdeg a",
                "t 1",
                "+ 1 ..",
                "+ 1 .git",
                "- 1 a//b",
                "+ 0 a",
                "+ 2000000000 a",
                "+ -1 a",
                "+ x a",
                "+ 1",
                "+ 1 a%",
                "? 1 a",
                ""
            })
    @DisplayName("that is hostile is refused where it is received, and says nothing where it came by another way")
    void hostile(String line) throws IOException {
        byte[] commit = with("+ 1 innocent", line);

        assertThatThrownBy(() -> Extra.checked(commit)).isInstanceOf(CorruptObjectException.class);
        assertThat(Extra.of(commit)).isEqualTo(Extra.NONE);
    }

    @Test
    @DisplayName("has a bound, and a path in it has")
    void bounds() throws IOException {
        byte[] path = with("+ 1 " + "a".repeat(5000));
        byte[] large = with(("+ 1 " + "a".repeat(4000) + "\n ").repeat(Extra.MAX_BYTES / 4000) + "+ 1 b");

        assertThatThrownBy(() -> Extra.checked(path)).isInstanceOf(CorruptObjectException.class);
        assertThatThrownBy(() -> Extra.checked(large)).hasMessageContaining("bytes");
    }

    @Test
    @DisplayName("of a newer version says nothing, and is no error")
    void newer() throws IOException {
        byte[] commit = new String(with("whatever"), StandardCharsets.UTF_8)
                .replaceFirst("tandem 1\n", "tandem 2\n")
                .getBytes(StandardCharsets.UTF_8);

        assertThat(Extra.checked(commit)).isEqualTo(Extra.NONE);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    @DisplayName("of any bytes is read or refused, and nothing else")
    void anyBytes(long seed) throws IOException {
        java.util.Random random = new java.util.Random(seed);
        byte[] good = with("t 1 0123456789abcdef a", "+ 1 b", "- 2 c");
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            assertThat(Extra.of(java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1))))
                    .isNotNull();
        }
    }
}
