package dev.tandem.assistant.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.assistant.store.Journal.Entry;
import dev.tandem.assistant.store.Journal.Gap;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The journal")
@Timeout(60)
final class JournalTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Optional<String> ALL = Optional.empty();

    @TempDir
    Path directory;

    private static void append(Journal journal, int count, @Nullable String folder) {
        for (int i = 0; i < count; i++) {
            journal.append(NOON, "changed", folder, Map.of());
        }
    }

    private static List<Long> cursors(List<Entry> entries) {
        return entries.stream().map(Entry::cursor).toList();
    }

    private static Long[] range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toArray(Long[]::new);
    }

    @Test
    @DisplayName("gives back what was recorded, fields in their order")
    void content() {
        try (Store store = Store.inMemory()) {
            Map<String, String> fields = new java.util.LinkedHashMap<>();
            fields.put("z", "quote \" and ü");
            fields.put("a", "");
            store.journal().append(NOON, "paired", null, fields);

            assertThat(store.journal().after(0, 10, ALL)).containsExactly(new Entry(1, NOON, "paired", null, fields));
            assertThat(store.journal().after(0, 10, ALL).get(0).fields().keySet())
                    .containsExactly("z", "a");
        }
    }

    @Test
    @DisplayName("SOJU-25: what is too old goes also while nothing is written, and a reader is told how much is gone")
    void age() {
        try (Store store = Store.inMemory()) {
            append(store.journal(), 3, "notes");
            store.journal().append(NOON.plus(Duration.ofDays(60)), "changed", "notes", Map.of());

            store.journal().prune(NOON.plus(Duration.ofDays(89)));
            assertThat(store.journal().after(0, 10, ALL)).hasSize(4);
            store.journal().prune(NOON.plus(Duration.ofDays(91)));

            assertThat(cursors(store.journal().after(0, 10, ALL))).containsExactly(4L);
            assertThat(store.journal().page(1, 10, ALL).gap()).contains(new Gap(2, 3));
        }
    }

    @Test
    @DisplayName("SOJU-23: a reader that comes back, at whatever point, misses nothing and sees nothing twice")
    void everySplitPoint() {
        int n = 12;
        int m = 5;
        for (int k = 0; k <= n; k++) {
            try (Store store = Store.inMemory()) {
                append(store.journal(), n, "notes");
                List<Long> acknowledged = cursors(store.journal().after(0, k, ALL));
                assertThat(acknowledged).containsExactly(range(1, k));

                append(store.journal(), m, "notes");

                assertThat(cursors(store.journal().after(k, 100, ALL))).containsExactly(range(k + 1, n + m));
            }
        }
    }

    @Test
    @DisplayName("SOJU-24: an append does not wait for a reader that is in the middle of a page")
    void appendDuringRead() throws Exception {
        try (Store store = Store.open(directory.resolve("tandem.db"))) {
            append(store.journal(), 1, "notes");

            long appended = store.database()
                    .read(handle -> CompletableFuture.supplyAsync(
                                    () -> store.journal().append(NOON, "changed", "notes", Map.of()))
                            .orTimeout(10, TimeUnit.SECONDS)
                            .join());

            assertThat(appended).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("SOJU-25: a reader behind retention is told the gap first; delivered and gone add up to all")
    void gap() throws IOException {
        try (Store store = Store.open(directory.resolve("tandem.db"))) {
            Journal journal = new Journal(store.database(), new Journal.Retention(20, Duration.ofDays(90), 10));
            append(journal, 35, "notes");
            append(journal, 10, "photos");
            append(journal, 35, "notes");

            for (long cursor = 0; cursor <= 80; cursor++) {
                Journal.Page page = journal.page(cursor, 1000, ALL);
                long gone = page.gap().map(Gap::count).orElse(0L);
                assertThat(page.entries().size() + gone).as("from %d", cursor).isEqualTo(80 - cursor);
            }
            assertThat(journal.page(0, 1000, ALL).gap()).contains(new Gap(50, 35));
            assertThat(journal.page(60, 1000, ALL).gap()).isEmpty();
        }
    }

    @Test
    @DisplayName("SOJU-26: a busy folder evicts nothing of a quiet one")
    void retentionPerFolder() {
        try (Store store = Store.inMemory()) {
            Journal journal = new Journal(store.database(), new Journal.Retention(20, Duration.ofDays(90), 10));
            append(journal, 3, "quiet");
            append(journal, 200, "busy");

            assertThat(journal.page(0, 1000, Optional.of("quiet")))
                    .satisfies(page -> assertThat(cursors(page.entries())).containsExactly(1L, 2L, 3L))
                    .extracting(Journal.Page::gap)
                    .isEqualTo(Optional.empty());
            assertThat(journal.after(0, 1000, Optional.of("busy"))).hasSizeBetween(20, 30);
        }
    }

    @Test
    @DisplayName("drops what is older than its age, and says so")
    void retentionByAge() {
        try (Store store = Store.inMemory()) {
            Journal journal = new Journal(store.database(), new Journal.Retention(1000, Duration.ofDays(90), 10));
            append(journal, 9, "notes");
            journal.append(NOON.plus(Duration.ofDays(91)), "changed", "notes", Map.of());

            assertThat(journal.page(0, 1000, Optional.of("notes")).gap()).contains(new Gap(9, 9));
            assertThat(cursors(journal.after(0, 1000, ALL))).containsExactly(10L);
        }
    }

    @Test
    @DisplayName("SOJU-27: a cursor is never given out again, after a restart and with all entries gone")
    void neverReused() throws IOException {
        Path file = directory.resolve("tandem.db");
        try (Store store = Store.open(file)) {
            append(store.journal(), 5, "notes");
            store.database().write(handle -> handle.execute("DELETE FROM journal"));
        }

        try (Store store = Store.open(file)) {
            assertThat(store.journal().last()).isEqualTo(5);
            assertThat(store.journal().append(NOON, "changed", "notes", Map.of()))
                    .isEqualTo(6);
        }
    }

    @Test
    @DisplayName("SOJU-27: a copy of its files, taken at any moment, holds every entry that a reader had seen")
    void crash() throws IOException {
        Path file = directory.resolve("tandem.db");
        try (Store store = Store.open(file)) {
            for (int i = 1; i <= 10; i++) {
                append(store.journal(), 1, "notes");
                Path copy = java.nio.file.Files.createDirectory(directory.resolve("copy" + i));
                for (String part : List.of("tandem.db", "tandem.db-wal")) {
                    java.nio.file.Files.copy(directory.resolve(part), copy.resolve(part));
                }
                try (Store crashed = Store.open(copy.resolve("tandem.db"))) {
                    assertThat(cursors(crashed.journal().after(0, 100, ALL))).containsExactly(range(1, i));
                    assertThat(crashed.journal().append(NOON, "changed", null, Map.of()))
                            .isEqualTo(i + 1);
                }
            }
        }
    }

    @Test
    @DisplayName("SOJU-31: a cursor that it never gave out is answered with an unknown gap, then goes on live")
    void unknownPosition() {
        try (Store store = Store.inMemory()) {
            append(store.journal(), 3, "notes");

            assertThat(store.journal().page(4711, 10, ALL))
                    .isEqualTo(new Journal.Page(Optional.of(new Gap(0, 3)), List.of()));
            append(store.journal(), 1, "notes");
            assertThat(cursors(store.journal().after(3, 10, ALL))).containsExactly(4L);
        }
    }

    @Test
    @DisplayName("wakes a follower when an entry has been committed, and not before")
    void followerWakes() throws Exception {
        try (Store store = Store.inMemory()) {
            CompletableFuture<Boolean> follower =
                    CompletableFuture.supplyAsync(() -> store.journal().await(0, Duration.ofSeconds(30)));
            assertThatThrownBy(() -> store.transaction(() -> {
                        append(store.journal(), 1, "notes");
                        throw new IllegalStateException("rolled back");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(store.journal().await(0, Duration.ZERO)).isFalse();

            append(store.journal(), 1, "notes");

            assertThat(follower.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    @DisplayName("lets its followers go when it is closed")
    void followersEnd() throws Exception {
        Store store = Store.inMemory();
        CompletableFuture<Boolean> follower =
                CompletableFuture.supplyAsync(() -> store.journal().await(0, Duration.ofSeconds(30)));

        store.close();

        assertThat(follower.get(10, TimeUnit.SECONDS)).isFalse();
    }
}
