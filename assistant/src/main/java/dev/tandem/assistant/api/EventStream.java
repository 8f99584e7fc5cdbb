package dev.tandem.assistant.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * What an open page hears, as server-sent events (WHATWG HTML, section 9.2): {@code status} whenever that is another
 * one, and {@code entry} for each line of the journal. The id of each event is the journal's cursor, by which a page
 * that was away goes on where it was.
 *
 * <p>Holds its thread until the reader is gone or the journal closes.
 */
final class EventStream {
    /** How often the status is looked at while the journal is silent: transfers move without a line. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** Looks without news before something is written all the same, by which a reader that left is noticed. */
    private static final int SILENT_LOOKS = 10;

    /** Lines between two looks at the status. */
    private static final int LINES = 500;

    private final Actions actions;
    private final JournalStream journal;

    EventStream(Actions actions, JournalStream journal) {
        this.actions = actions;
        this.journal = journal;
    }

    /**
     * Writes until the reader is gone, which is an {@link IOException}, or the journal closes.
     *
     * @param since the cursor of the last line that the reader has; negative for one that begins now
     */
    void write(long since, OutputStream out) throws IOException {
        boolean resumes = since >= 0;
        long cursor = resumes ? since : journal.last();
        byte[] told = new byte[0];
        int silent = 0;
        while (!journal.isClosed() && !Thread.currentThread().isInterrupted()) {
            JournalStream.Reading news =
                    new JournalStream.Reading(cursor, resumes, LINES, Optional.empty(), Duration.ZERO, delivered -> {});
            cursor = journal.read(news, (id, json) -> event("entry", id, json, out));
            resumes = false;
            byte[] status = LocalApi.json(actions.status());
            if (!Arrays.equals(status, told)) {
                event("status", cursor, status, out);
                told = status;
                silent = 0;
            } else if (++silent >= SILENT_LOOKS) {
                out.write(":\n\n".getBytes(StandardCharsets.UTF_8));
                silent = 0;
            }
            out.flush();
            journal.await(cursor, LOOK);
        }
    }

    /** JSON has no line breaks of its own, which would end the data. */
    private static void event(String name, long id, byte[] json, OutputStream out) throws IOException {
        out.write(("id: " + id + "\nevent: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8));
        out.write(json);
        out.write("\n\n".getBytes(StandardCharsets.UTF_8));
    }
}
