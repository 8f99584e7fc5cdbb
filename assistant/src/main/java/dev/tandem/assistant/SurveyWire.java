package dev.tandem.assistant;

import dev.tandem.assistant.api.Actions;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Questions to a device and its answers, as they travel: JSON, bounded before anybody sees it. */
final class SurveyWire {
    /** The request without content, answered by {@link Folders}. */
    static final String STATUS = "status";

    /** The request {@link LogQuestion}, answered by {@link Entries}. */
    static final String LOG = "log";

    /** Folders of one answer; nobody shares more with one device. */
    static final int MAX_FOLDERS = 200;

    /** Entries of one page. */
    static final int MAX_ENTRIES = 200;

    /** Bytes of one page, as far as they can be foreseen: less than a request may have. */
    static final int PAGE_BYTES = 64 * 1024;

    /** Of one text: a reason, a field of the journal. */
    static final int MAX_TEXT = 2000;

    private static final int MAX_FIELDS = 20;

    /** One answer, or a part of one. */
    sealed interface Page {
        /** Why there is none, or null. */
        @Nullable
        String refused();

        /** Whether there is another page. */
        boolean goesOn();
    }

    /** How the folders stand that are shared with whoever asks. */
    record Folders(@Nullable String refused, @Nullable List<Actions.SharedFolder> folders) implements Page {
        @Override
        public boolean goesOn() {
            return false;
        }
    }

    /**
     * What happened in the folders that are shared with whoever asks.
     *
     * @param since milliseconds since 1970; for the first page
     * @param cursor the last page's, or 0
     */
    record LogQuestion(long since, long cursor) {}

    /**
     * One page of what happened.
     *
     * @param cursor where the next page begins
     * @param more whether there is one
     */
    record Entries(@Nullable String refused, @Nullable List<Entry> entries, long cursor, boolean more) implements Page {
        @Override
        public boolean goesOn() {
            return more;
        }
    }

    /** One entry; {@code time} in milliseconds since 1970. */
    record Entry(long cursor, long time, String type, String folder, Map<String, String> fields) {}

    private SurveyWire() {}

    static Folders folders(byte[] body) throws IOException {
        Folders answer = PushWire.decode(body, Folders.class);
        List<Actions.SharedFolder> folders = answer.folders == null ? List.of() : answer.folders;
        if (folders.size() > MAX_FOLDERS || folders.stream().anyMatch(Objects::isNull)) {
            throw new IOException("more folders than anybody shares");
        }
        return new Folders(
                cut(answer.refused),
                folders.stream()
                        .map(folder -> new Actions.SharedFolder(
                                text(folder.name()),
                                text(folder.uuid()),
                                text(folder.branch()),
                                cut(folder.head()),
                                text(folder.state()),
                                cut(folder.reason()),
                                Math.max(0, folder.pendingChanges()),
                                Math.max(0, folder.missingContent())))
                        .toList());
    }

    static Entries entries(byte[] body) throws IOException {
        Entries answer = PushWire.decode(body, Entries.class);
        List<Entry> entries = answer.entries == null ? List.of() : answer.entries;
        if (entries.size() > MAX_ENTRIES || entries.stream().anyMatch(Objects::isNull)) {
            throw new IOException("more entries than a page has");
        }
        return new Entries(
                cut(answer.refused), entries.stream().map(SurveyWire::bounded).toList(), answer.cursor, answer.more);
    }

    private static Entry bounded(Entry entry) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (entry.fields != null) {
            entry.fields.entrySet().stream()
                    .limit(MAX_FIELDS)
                    .forEach(field -> fields.put(text(field.getKey()), text(field.getValue())));
        }
        return new Entry(entry.cursor, entry.time, text(entry.type), text(entry.folder), fields);
    }

    static LogQuestion question(byte[] body) throws IOException {
        return PushWire.decode(body, LogQuestion.class);
    }

    /** The moment of an entry, whatever its device says. */
    static Instant time(Entry entry) {
        return Instant.ofEpochMilli(entry.time);
    }

    private static String text(@Nullable String told) {
        return told == null ? "" : Objects.requireNonNull(cut(told));
    }

    static @Nullable String cut(@Nullable String told) {
        return told == null || told.length() <= MAX_TEXT ? told : told.substring(0, MAX_TEXT);
    }
}
