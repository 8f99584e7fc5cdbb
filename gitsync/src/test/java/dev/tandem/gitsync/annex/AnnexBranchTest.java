package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.exchange.SyncedRefs;
import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The git-annex branch")
@SuppressWarnings("NullAway") // fields that JUnit sets
class AnnexBranchTest {
    private static final UUID SOME = UUID.fromString("11111111-1111-4111-8111-111111111111");
    private static final UUID OTHER = UUID.fromString("22222222-2222-4222-8222-222222222222");
    private TempFolder left;
    private TempFolder right;

    @BeforeEach
    void create(@TempDir Path directory) throws IOException {
        TempFolder.Clock clock = new TempFolder.Clock();
        left = new TempFolder(directory.resolve("left"), clock);
        right = new TempFolder(directory.resolve("right"), clock);
    }

    @AfterEach
    void close() {
        left.close();
        right.close();
    }

    @Test
    @DisplayName("two repositories that take each other's in end with the same commit, whoever merges")
    void unionConverges() throws IOException {
        left.annex.describe(left.repository.uuid(), "laptop");
        right.annex.describe(right.repository.uuid(), "phone");
        left.pushTo(right);
        right.pushTo(left);

        boolean leftMoved = left.annex.union(List.of(received(left, right)));
        boolean rightMoved = right.annex.union(List.of(received(right, left)));

        assertThat(leftMoved).isTrue();
        assertThat(rightMoved).isTrue();
        assertThat(left.annex.tip()).isEqualTo(right.annex.tip());
        assertThat(left.annex.descriptions()).containsValues("laptop", "phone");
    }

    @Test
    @DisplayName("two that have each recorded many contents end with all of them")
    void unionOfMany() throws IOException {
        for (TempFolder folder : List.of(left, right)) {
            Map<Key, Presence> contents = new LinkedHashMap<>();
            for (int i = 0; i < 100; i++) {
                contents.put(Key.parse("SHA256E-s1--" + i).orElseThrow(), Presence.PRESENT);
            }
            folder.annex.record(folder.repository.uuid(), contents);
        }
        left.pushTo(right);
        right.pushTo(left);

        left.annex.union(List.of(received(left, right)));
        right.annex.union(List.of(received(right, left)));

        assertThat(left.annex.tip()).isEqualTo(right.annex.tip());
        for (int i = 0; i < 100; i++) {
            assertThat(left.annex.holders(Key.parse("SHA256E-s1--" + i).orElseThrow()))
                    .containsExactlyInAnyOrder(left.repository.uuid(), right.repository.uuid());
        }
    }

    @Test
    @DisplayName("PUSH-22: of two tips with the same lines both take the lower, and no commit is made")
    void sameLines() throws IOException {
        left.annex.describe(left.repository.uuid(), "laptop");
        left.pushTo(right);
        right.annex.union(List.of(received(right, left)));
        // the same lines, written by both in commits of their own
        left.annex.describe(SOME, "disk");
        left.annex.describe(OTHER, "tape");
        right.annex.describe(OTHER, "tape");
        right.annex.describe(SOME, "disk");
        left.pushTo(right);
        right.pushTo(left);
        ObjectId one = left.annex.tip().orElseThrow();
        ObjectId two = right.annex.tip().orElseThrow();

        left.annex.union(List.of(received(left, right)));
        right.annex.union(List.of(received(right, left)));

        assertThat(left.annex.tip()).isEqualTo(right.annex.tip());
        assertThat(left.annex.tip()).contains(one.compareTo(two) < 0 ? one : two);
    }

    @Test
    @DisplayName("one that is behind moves forward without a commit of its own")
    void fastForward() throws IOException {
        left.annex.describe(left.repository.uuid(), "laptop");
        left.pushTo(right);

        right.annex.union(List.of(received(right, left)));

        assertThat(right.annex.tip()).isEqualTo(left.annex.tip());
        assertThat(right.annex.union(List.of(received(right, left)))).isFalse();
    }

    @Test
    @DisplayName("a description is written once, and a newer one wins")
    void describes() throws IOException {
        left.annex.describe(SOME, "first");
        ObjectId tip = left.annex.tip().orElseThrow();
        left.annex.describe(SOME, "first");
        assertThat(left.annex.tip()).contains(tip);

        left.annex.describe(SOME, "second  name");

        assertThat(left.annex.descriptions()).containsEntry(SOME, "second name");
    }

    @Test
    @DisplayName("what git-annex has left in its journal is taken in, not overwritten")
    void absorbsTheJournal() throws IOException {
        left.annex.describe(SOME, "ours");
        Path journal = Files.createDirectories(left.path.resolve(".git/annex/journal"));
        UUID theirs = UUID.fromString("22222222-2222-4222-8222-222222222222");
        Files.writeString(journal.resolve("uuid.log"), theirs + " theirs timestamp=1795207272.5s\n");

        left.annex.describe(left.repository.uuid(), "laptop");

        assertThat(left.annex.descriptions())
                .containsEntry(theirs, "theirs")
                .containsEntry(SOME, "ours")
                .containsValue("laptop");
        assertThat(journal.resolve("uuid.log")).doesNotExist();
    }

    @Test
    @DisplayName("an older clock does not undo a newer line: one second is added to the line's own time")
    void vectorClock() {
        byte[] log = (SOME + " old timestamp=2000000000s\n").getBytes(StandardCharsets.UTF_8);

        byte[] changed = LogLines.set(
                        log, LogLines.Format.UUIDS, SOME.toString(), "new", Instant.parse("2026-11-20T12:00:00Z"))
                .orElseThrow();

        assertThat(new String(changed, StandardCharsets.UTF_8)).isEqualTo(SOME + " new timestamp=2000000001s\n");
    }

    @Test
    @DisplayName("a union holds all lines of both, once and in the order of their bytes")
    void unionOfLines() {
        byte[] union =
                LogLines.union("b\na\n".getBytes(StandardCharsets.UTF_8), "a\nc".getBytes(StandardCharsets.UTF_8));

        assertThat(new String(union, StandardCharsets.UTF_8)).isEqualTo("a\nb\nc\n");
    }

    private static ObjectId received(TempFolder at, TempFolder from) throws IOException {
        return new SyncedRefs(at.repository.git()).annex(from.repository.uuid()).orElseThrow();
    }
}
