package dev.tandem.assistant.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.assistant.store.Journal.Entry;
import dev.tandem.assistant.store.Journal.Gap;
import dev.tandem.assistant.store.JournalCursors.Reader;
import dev.tandem.assistant.store.JournalCursors.Start;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Readers of the journal that have a name")
@Timeout(60)
final class JournalCursorsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final int ALL = 1_000_000;

    @TempDir
    Path directory;

    private static void append(Store store, int count) {
        for (int i = 0; i < count; i++) {
            store.journal().append(NOON, "changed", null, Map.of());
        }
    }

    private static List<Long> next(Reader reader) {
        return reader.next(ALL).entries().stream().map(Entry::cursor).toList();
    }

    private static Long[] range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toArray(Long[]::new);
    }

    private Store open() throws IOException {
        return Store.open(directory.resolve("tandem.db"));
    }

    @Test
    @DisplayName("SOJU-23: for every point of acknowledging, the next one to come gets exactly what follows")
    void everySplit() {
        for (int acknowledged = 0; acknowledged <= 10; acknowledged++) {
            try (Store store = Store.inMemory()) {
                append(store, 10);
                try (Reader reader = store.cursors().open("notifier", Start.OLDEST, NOON)) {
                    next(reader);
                    reader.acknowledge(acknowledged);
                }
                append(store, 5);

                try (Reader again = store.cursors().open("notifier", Start.OLDEST, NOON)) {
                    assertThat(next(again)).containsExactly(range(acknowledged + 1, 15));
                }
            }
        }
    }

    @Test
    @DisplayName("SOJU-28: being given entries moves no cursor: killed after 3 of 10, the next one gets 4 to 10")
    void backlogMovesNothing() throws IOException {
        try (Store store = open()) {
            append(store, 10);
            Reader killed = store.cursors().open("notifier", Start.OLDEST, NOON);
            assertThat(next(killed)).hasSize(10);
            killed.acknowledge(3);
        }

        try (Store store = open();
                Reader reader = store.cursors().open("notifier", Start.OLDEST, NOON)) {
            assertThat(next(reader)).containsExactly(range(4, 10));
        }
    }

    @Test
    @DisplayName("SOJU-28: an older acknowledgement changes nothing; one of what was not given is refused")
    void monotonic() {
        try (Store store = Store.inMemory();
                Reader reader = store.cursors().open("notifier", Start.OLDEST, NOON)) {
            append(store, 10);
            reader.next(5);
            reader.acknowledge(4);
            reader.acknowledge(2);

            assertThat(store.cursors().list())
                    .extracting(JournalCursors.Named::cursor)
                    .containsExactly(4L);
            assertThatThrownBy(() -> reader.acknowledge(6)).isInstanceOf(IllegalArgumentException.class);
            assertThat(store.cursors().list())
                    .extracting(JournalCursors.Named::cursor)
                    .containsExactly(4L);
        }
    }

    @Test
    @DisplayName("SOJU-29: two of one name both get what happens, only the first what was before")
    void twoOfOneName() {
        try (Store store = Store.inMemory()) {
            append(store, 10);
            Reader first = store.cursors().open("notifier", Start.OLDEST, NOON);
            Reader second = store.cursors().open("notifier", Start.OLDEST, NOON);
            append(store, 2);

            assertThat(next(second)).containsExactly(11L, 12L);
            assertThat(next(first)).containsExactly(range(1, 12));
            first.acknowledge(7);
            second.acknowledge(11);
            second.close();
            first.acknowledge(9);
            first.close();
            assertThat(store.cursors().list())
                    .extracting(JournalCursors.Named::cursor)
                    .containsExactly(11L);
        }
    }

    @Test
    @DisplayName("SOJU-25: a reader behind what is kept is told the gap, then goes on; the sum is right")
    void gap() {
        try (Store store = Store.inMemory()) {
            Reader slow = store.cursors().open("slow", Start.OLDEST, NOON);
            append(store, 10);
            next(slow);
            slow.acknowledge(10);
            slow.close();
            append(store, 1000);
            store.journal().prune(NOON.plus(Journal.Retention.DEFAULT.age()).plusSeconds(1));
            append(store, 3);

            try (Reader again = store.cursors().open("slow", Start.OLDEST, NOON)) {
                Journal.Page page = again.next(ALL);
                assertThat(page.gap()).contains(new Gap(1000, 1010));
                assertThat(page.entries()).extracting(Entry::cursor).containsExactly(1011L, 1012L, 1013L);
                again.acknowledge(1013);
            }
        }
    }

    @Test
    @DisplayName("SOJU-31: a database from a backup, behind its reader, is said once; then the reader goes on")
    void backup() throws IOException {
        try (Store store = open()) {
            append(store, 2);
        }
        Path backup = Files.copy(directory.resolve("tandem.db"), directory.resolve("backup.db"));
        try (Store ahead = open();
                Reader reader = ahead.cursors().open("notifier", Start.OLDEST, NOON)) {
            append(ahead, 10);
            next(reader);
            reader.acknowledge(12);
        }
        try (Store restored = Store.open(backup)) {
            restored.database()
                    .write(handle -> handle.execute(
                            "INSERT INTO journal_reader (name, cursor, used) VALUES ('notifier', 12, 0)"));
            try (Reader reader = restored.cursors().open("notifier", Start.OLDEST, NOON)) {
                assertThat(reader.next(ALL).gap()).contains(new Gap(0, 2));
                append(restored, 1);
                assertThat(next(reader)).containsExactly(3L);
                reader.acknowledge(3);
            }
            try (Reader reader = restored.cursors().open("notifier", Start.OLDEST, NOON)) {
                assertThat(reader.next(ALL).gap()).isEmpty();
            }
        }
    }

    @Test
    @DisplayName("SOJU-27: an acknowledgement that has returned is in a copy of the files taken at that moment")
    void durable() throws IOException {
        try (Store store = open();
                Reader reader = store.cursors().open("notifier", Start.OLDEST, NOON)) {
            append(store, 5);
            next(reader);
            for (long cursor = 1; cursor <= 5; cursor++) {
                reader.acknowledge(cursor);
                Path copy = Files.createDirectory(directory.resolve("copy" + cursor));
                for (String part : List.of("", "-wal")) {
                    Files.copy(directory.resolve("tandem.db" + part), copy.resolve("tandem.db" + part));
                }
                try (Store after = Store.open(copy.resolve("tandem.db"))) {
                    assertThat(after.cursors().list())
                            .extracting(JournalCursors.Named::cursor)
                            .containsExactly(cursor);
                }
            }
        }
    }

    @Test
    @DisplayName(
            "SOJU-24: readers at different places each get all of theirs, and hold up neither appends nor each other")
    void independent() throws Exception {
        try (Store store = open()) {
            append(store, 2000);
            Reader stuck = store.cursors().open("stuck", Start.OLDEST, NOON);
            stuck.next(1);
            List<CompletableFuture<List<Long>>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Reader reader = store.cursors().open("reader" + i, Start.OLDEST, NOON);
                int page = 50 + 100 * i;
                all.add(CompletableFuture.supplyAsync(() -> readAll(reader, page, 2200)));
            }
            append(store, 200);

            for (CompletableFuture<List<Long>> one : all) {
                assertThat(one.get(30, TimeUnit.SECONDS)).containsExactly(range(1, 2200));
            }
            assertThat(next(stuck)).containsExactly(range(2, 2200));
        }
    }

    private static List<Long> readAll(Reader reader, int page, int last) {
        List<Long> read = new ArrayList<>();
        while (reader.position() < last) {
            assertThat(reader.await(Duration.ofSeconds(10))).isTrue();
            reader.next(page).entries().forEach(entry -> read.add(entry.cursor()));
            reader.acknowledge(reader.position());
        }
        return read;
    }

    @Test
    @DisplayName("SOJU-30: from what was before to what happens now without a gap or a duplicate, whenever it attaches")
    void attach() throws Exception {
        try (Store store = Store.inMemory()) {
            for (int seed = 0; seed < 300; seed++) {
                Random random = new Random(seed);
                long before = store.journal().last();
                String name = "reader" + seed % 50;
                int count = random.nextInt(20) + 1;
                var unused = store.cursors().forget(name);
                CompletableFuture<Void> producer = CompletableFuture.runAsync(() -> append(store, count));
                try (Reader reader = store.cursors().open(name, Start.OLDEST, NOON)) {
                    List<Long> read = new ArrayList<>();
                    while (reader.position() < before + count) {
                        reader.next(random.nextInt(400) + 1).entries().forEach(entry -> read.add(entry.cursor()));
                    }
                    producer.get(10, TimeUnit.SECONDS);
                    assertThat(read).as("seed %d", seed).containsExactly(range(1, before + count));
                }
            }
        }
    }

    @Test
    @DisplayName("begins with what happens from now on, if that is wished and the name is new")
    void fromNow() {
        try (Store store = Store.inMemory()) {
            append(store, 10);
            try (Reader reader = store.cursors().open("notifier", Start.NOW, NOON)) {
                assertThat(next(reader)).isEmpty();
                append(store, 1);
                assertThat(next(reader)).containsExactly(11L);
            }
            append(store, 1);
            try (Reader reader = store.cursors().open("notifier", Start.NOW, NOON)) {
                assertThat(next(reader)).containsExactly(11L, 12L);
            }
        }
    }

    @Test
    @DisplayName("are not more than a bound: the one that was unused for longest goes, never one that is open")
    void bounded() {
        try (Store store = Store.inMemory()) {
            Reader oldest = store.cursors().open("oldest", Start.OLDEST, NOON);
            for (int i = 0; i < 2 * JournalCursors.MAX_NAMES; i++) {
                store.cursors()
                        .open("reader" + i, Start.OLDEST, NOON.plusSeconds(i + 1))
                        .close();
            }
            assertThat(store.cursors().list()).hasSize(JournalCursors.MAX_NAMES);
            assertThat(store.cursors().list())
                    .extracting(JournalCursors.Named::name)
                    .contains("oldest", "reader127")
                    .doesNotContain("reader1");
            assertThat(store.cursors().forget("oldest")).isFalse();
            oldest.close();
            assertThat(store.cursors().forget("oldest")).isTrue();

            for (int i = 0; i < JournalCursors.MAX_NAMES; i++) {
                var unused = store.cursors().open("open" + i, Start.OLDEST, NOON);
            }
            assertThatThrownBy(() -> store.cursors().open("more", Start.OLDEST, NOON))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    @DisplayName("have names of small letters, digits, dots and dashes")
    void names() {
        try (Store store = Store.inMemory()) {
            assertThatThrownBy(() -> store.cursors().open("", Start.OLDEST, NOON))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(JournalCursors.isName("desk-1.notifier")).isTrue();
            assertThat(JournalCursors.isName("Notifier")).isFalse();
        }
    }

    @Test
    @DisplayName("SOJU-33: what the user has seen is apart from what was given, moves forward only, and all are told")
    void seen() throws IOException {
        List<Long> told = new ArrayList<>();
        try (Store store = open()) {
            append(store, 10);
            Reader reader = store.cursors().open("notifier", Start.OLDEST, NOON);
            store.cursors().onSeen(told::add);
            assertThat(store.cursors().seen()).isZero();
            assertThat(store.cursors().seen(5)).isTrue();
            assertThat(store.cursors().seen(3)).isFalse();
            assertThat(store.cursors().seen(5)).isFalse();
            assertThatThrownBy(() -> store.cursors().seen(11)).isInstanceOf(IllegalArgumentException.class);

            assertThat(told).containsExactly(5L);
            assertThat(next(reader)).containsExactly(range(1, 10));
            reader.acknowledge(2);
        }
        try (Store store = open()) {
            assertThat(store.cursors().seen()).isEqualTo(5);
            assertThat(store.cursors().list())
                    .extracting(JournalCursors.Named::cursor)
                    .containsExactly(2L);
        }
    }
}
