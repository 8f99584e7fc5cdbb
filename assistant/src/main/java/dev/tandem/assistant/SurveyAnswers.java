package dev.tandem.assistant;

import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.core.FolderSnapshot;
import dev.tandem.assistant.store.Journal;
import dev.tandem.assistant.store.Store;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.link.Links;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What this device tells another that asks: of the folders that it shares with it, and of nothing else. Any thread. */
final class SurveyAnswers {
    private static final String NOTHING_SHARED = "it shares no folder with this device";

    /** Entries that one page looks at; the next one goes on there. */
    private static final int LOOK_AT = 2000;

    private static final int READ = 500;

    /** More than what surrounds an entry's texts. */
    private static final int ENTRY_BYTES = 100;

    private final Store store;
    private final Folders folders;
    private final Executor worker;

    /** {@code worker} may wait for the disk. */
    SurveyAnswers(Store store, Folders folders, Links links, Executor worker) {
        this.store = store;
        this.folders = folders;
        this.worker = worker;
        links.register(
                SurveyWire.STATUS, (from, body) -> CompletableFuture.completedFuture(PushWire.encode(status(from))));
        links.register(SurveyWire.LOG, this::asked);
    }

    private CompletableFuture<byte[]> asked(DeviceId from, byte[] body) throws IOException {
        SurveyWire.LogQuestion question = SurveyWire.question(body);
        return CompletableFuture.supplyAsync(() -> PushWire.encode(log(from, question)), worker);
    }

    private List<OpenFolder> sharedWith(DeviceId device) {
        return folders.all().stream()
                .filter(folder -> folder.snapshot().peers().stream()
                        .anyMatch(peer -> peer.client().device().equals(device)))
                .sorted(Comparator.comparing(folder -> folder.stored().name()))
                .limit(SurveyWire.MAX_FOLDERS)
                .toList();
    }

    private SurveyWire.Folders status(DeviceId asker) {
        List<OpenFolder> shared = sharedWith(asker);
        return shared.isEmpty()
                ? new SurveyWire.Folders(NOTHING_SHARED, null)
                : new SurveyWire.Folders(
                        null, shared.stream().map(SurveyAnswers::status).toList());
    }

    /** How a folder of this device stands, in what may be told to those that it is shared with. */
    static Actions.SharedFolder status(OpenFolder folder) {
        FolderSnapshot now = folder.snapshot();
        return new Actions.SharedFolder(
                folder.stored().name(),
                folder.uuid().toString(),
                folder.branch(),
                now.tips().head(),
                now.state(),
                withoutPath(now.reason(), folder),
                now.pendingChanges(),
                now.missingContent());
    }

    private SurveyWire.Entries log(DeviceId asker, SurveyWire.LogQuestion question) {
        List<OpenFolder> shared = sharedWith(asker);
        return shared.isEmpty() ? new SurveyWire.Entries(NOTHING_SHARED, null, 0, false) : page(shared, question);
    }

    /** The same of this device, for its own user: of the folders that are shared with anybody. */
    SurveyWire.Entries own(SurveyWire.LogQuestion question) {
        List<OpenFolder> shared = folders.all().stream()
                .filter(folder -> !folder.snapshot().peers().isEmpty())
                .toList();
        return page(shared, question);
    }

    /** One page of what happened in some folders; an earlier folder of the same name is another one. */
    private SurveyWire.Entries page(List<OpenFolder> of, SurveyWire.LogQuestion question) {
        Journal journal = store.journal();
        Map<String, Long> begin = new HashMap<>();
        Map<String, OpenFolder> byName = new HashMap<>();
        for (OpenFolder folder : of) {
            String name = folder.stored().name();
            byName.put(name, folder);
            begin.put(name, journal.last("folder-added", name));
        }
        long cursor =
                question.cursor() > 0 ? question.cursor() : journal.before(Instant.ofEpochMilli(question.since()));
        List<SurveyWire.Entry> entries = new ArrayList<>();
        int bytes = 0;
        for (int looked = 0; looked < LOOK_AT; ) {
            List<Journal.Entry> read = journal.after(cursor, READ, Optional.empty());
            for (Journal.Entry entry : read) {
                OpenFolder folder = entry.folder() == null ? null : byName.get(entry.folder());
                if (folder != null && entry.cursor() > begin.getOrDefault(entry.folder(), 0L)) {
                    SurveyWire.Entry told = told(entry, folder);
                    bytes += size(told);
                    if (!entries.isEmpty()
                            && (bytes > SurveyWire.PAGE_BYTES || entries.size() == SurveyWire.MAX_ENTRIES)) {
                        return new SurveyWire.Entries(null, entries, cursor, true);
                    }
                    entries.add(told);
                }
                cursor = entry.cursor();
            }
            looked += read.size();
            if (read.size() < READ) {
                return new SurveyWire.Entries(null, entries, cursor, false);
            }
        }
        return new SurveyWire.Entries(null, entries, cursor, true);
    }

    private static SurveyWire.Entry told(Journal.Entry entry, OpenFolder folder) {
        Map<String, String> fields = new LinkedHashMap<>();
        entry.fields().forEach((name, value) -> fields.put(name, String.valueOf(withoutPath(value, folder))));
        return new SurveyWire.Entry(
                entry.cursor(), entry.time().toEpochMilli(), entry.type(), String.valueOf(entry.folder()), fields);
    }

    /** Where a folder is on this device is nobody else's business. */
    private static @Nullable String withoutPath(@Nullable String text, OpenFolder folder) {
        return text == null
                ? null
                : SurveyWire.cut(text.replace(
                        folder.stored().path().toString(), folder.stored().name()));
    }

    private static int size(SurveyWire.Entry entry) {
        int texts = entry.fields().entrySet().stream()
                .mapToInt(field -> field.getKey().length() + field.getValue().length())
                .sum();
        return ENTRY_BYTES + 2 * texts;
    }
}
