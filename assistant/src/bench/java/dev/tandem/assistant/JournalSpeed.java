package dev.tandem.assistant;

import dev.tandem.assistant.core.Alerts;
import dev.tandem.assistant.store.Journal;
import dev.tandem.assistant.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How fast the journal takes entries into memory and writes them to the disk, with readers behind it. */
final class JournalSpeed {
    private static final int ROUNDS = 5;

    private JournalSpeed() {}

    /** Arguments: a directory, and how many entries a round. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int entries = Integer.parseInt(arguments[1]);
        System.out.println(
                "| readers | into memory, entries/s | on the disk, entries/s | a transaction each, entries/s |");
        System.out.println("|---:|---:|---:|---:|");
        for (int readers : new int[] {0, 1, 8}) {
            long memory = 0;
            long disk = 0;
            long single = 0;
            for (int round = 0; round < ROUNDS; round++) {
                Path file = Path.of(arguments[0]).resolve("journal-" + readers + "-" + round + ".db");
                long[] figures = round(file, entries, readers);
                memory = Math.max(memory, figures[0]);
                disk = Math.max(disk, figures[1]);
                single = Math.max(single, figures[2]);
                Files.deleteIfExists(file);
            }
            System.out.printf("| %d | %,d | %,d | %,d |%n", readers, memory, disk, single);
        }
    }

    private static long[] round(Path file, int entries, int readers) throws IOException, InterruptedException {
        try (Store store = Store.open(file)) {
            Records records = new Records(store, new Alerts(), InstantSource.system());
            for (int i = 0; i < readers; i++) {
                Threads.named("reader")
                        .newThread(() -> follow(store.journal(), entries))
                        .start();
            }
            Map<String, String> fields = Map.of("files", "1", "paths", "modified letters/to-ada.txt");
            long begin = System.nanoTime();
            for (int i = 0; i < entries; i++) {
                records.note("notes", "committed", fields);
            }
            long accepted = System.nanoTime();
            while (store.journal().last() < entries) {
                store.journal().await(store.journal().last(), Duration.ofSeconds(10));
            }
            long written = System.nanoTime();
            int few = Math.max(1, entries / 100);
            for (int i = 0; i < few; i++) {
                store.journal().append(InstantSource.system().instant(), "committed", "notes", fields);
            }
            long alone = System.nanoTime();
            records.close();
            return new long[] {
                rate(entries, accepted - begin), rate(entries, written - begin), rate(few, alone - written)
            };
        }
    }

    private static void follow(Journal journal, int entries) {
        long cursor = 0;
        while (cursor < entries && journal.await(cursor, Duration.ofSeconds(10))) {
            List<Journal.Entry> page = journal.after(cursor, 500, Optional.empty());
            cursor = page.isEmpty() ? cursor : page.get(page.size() - 1).cursor();
        }
    }

    private static long rate(long count, long nanos) {
        return count * Duration.ofSeconds(1).toNanos() / Math.max(1, nanos);
    }
}
