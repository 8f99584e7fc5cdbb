package dev.tandem.assistant.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tandem.assistant.store.Journal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Writes the journal as one JSON object a line, and waits for more where there is nothing yet. Any thread. */
final class JournalStream {
    /** Small enough that a page is read in milliseconds, whatever else waits for the database. */
    private static final int PAGE_ENTRIES = 500;

    private static final JsonFactory JSON = new JsonFactory();

    private final Journal journal;
    private final InstantSource clock;

    JournalStream(Journal journal, InstantSource clock) {
        this.journal = journal;
        this.clock = clock;
    }

    /**
     * What a reader asks for.
     *
     * @param since its cursor, or where it wants to begin
     * @param resumes whether it was there before, and so wants to know what it missed
     * @param limit at most so many entries
     * @param folder of one folder only
     * @param patience how long to wait for a first entry
     * @param delivers is told the last cursor of what is about to be written
     */
    record Reading(
            long since,
            boolean resumes,
            int limit,
            Optional<String> folder,
            Duration patience,
            LongConsumer delivers) {}

    /** Takes one entry as a JSON object. */
    interface Lines {
        void line(long cursor, byte[] json) throws IOException;
    }

    long last() {
        return journal.last();
    }

    boolean isClosed() {
        return journal.isClosed();
    }

    /** Waits until there is an entry after a cursor, at most that long. */
    void await(long cursor, Duration patience) {
        journal.await(cursor, patience);
    }

    void write(Reading reading, OutputStream out) throws IOException {
        Lines lines = (cursor, json) -> {
            out.write(json);
            out.write('\n');
        };
        Instant deadline = clock.instant().plus(reading.patience());
        long cursor = reading.since();
        long seen = journal.last();
        long reached = read(reading, lines);
        while (reached == cursor && journal.await(seen, Duration.between(clock.instant(), deadline))) {
            seen = journal.last();
            reached = writePages(reading, cursor, false, lines);
        }
        out.flush();
    }

    /**
     * Gives what there is, without waiting; the cursor of the last line, or the one it began with if there was none.
     */
    long read(Reading reading, Lines lines) throws IOException {
        return writePages(reading, reading.since(), reading.resumes(), lines);
    }

    private long writePages(Reading reading, long from, boolean saysGap, Lines lines) throws IOException {
        long cursor = from;
        int left = reading.limit();
        boolean first = saysGap;
        while (left > 0) {
            Journal.Page page = journal.page(cursor, Math.min(left, PAGE_ENTRIES), reading.folder());
            reading.delivers().accept(last(page, cursor));
            if (first && page.gap().isPresent()) {
                cursor = page.gap().get().resume();
                lines.line(cursor, gap(page.gap().get()));
            }
            first = false;
            for (Journal.Entry entry : page.entries()) {
                lines.line(entry.cursor(), json(entry));
                cursor = entry.cursor();
            }
            left -= page.entries().size();
            if (page.entries().size() < PAGE_ENTRIES) {
                break;
            }
        }
        return cursor;
    }

    private static long last(Journal.Page page, long otherwise) {
        return page.entries().isEmpty()
                ? page.gap().map(Journal.Gap::resume).orElse(otherwise)
                : page.entries().get(page.entries().size() - 1).cursor();
    }

    private byte[] gap(Journal.Gap gap) throws IOException {
        Map<String, String> fields =
                gap.count() == 0 ? Map.of("reason", "unknown cursor") : Map.of("reason", "no longer kept");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = begin(bytes, gap.resume(), clock.instant(), "gap", null)) {
            json.writeNumberField("missed", gap.count());
            end(json, fields);
        }
        return bytes.toByteArray();
    }

    private static byte[] json(Journal.Entry entry) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = begin(bytes, entry.cursor(), entry.time(), entry.type(), entry.folder())) {
            end(json, entry.fields());
        }
        return bytes.toByteArray();
    }

    private static JsonGenerator begin(
            OutputStream out, long cursor, Instant time, String type, @Nullable String folder) throws IOException {
        JsonGenerator json = JSON.createGenerator(out);
        json.writeStartObject();
        json.writeNumberField("cursor", cursor);
        json.writeStringField("time", time.toString());
        json.writeStringField("type", type);
        json.writeStringField("folder", folder);
        return json;
    }

    private static void end(JsonGenerator json, Map<String, String> fields) throws IOException {
        for (Map.Entry<String, String> field : fields.entrySet()) {
            json.writeStringField(field.getKey(), field.getValue());
        }
        json.writeEndObject();
    }
}
