package dev.tandem.assistant.desktop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.store.JournalCursors;
import dev.tandem.assistant.store.JournalCursors.Start;
import dev.tandem.assistant.store.Store;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Notifications")
final class NotifierTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Store store = Store.inMemory();
    private final List<Notice> shown = new ArrayList<>();
    private Instant now = NOON;
    private boolean nobody;

    private final Notifier.Bus bus = notices -> {
        if (nobody) {
            throw new IOException("no such name");
        }
        shown.addAll(notices);
    };
    private Notifier notifier = new Notifier(store.cursors(), bus, () -> now);
    private JournalCursors.Reader reader = store.cursors().open(Notifier.NAME, Start.NOW, NOON);

    @AfterEach
    void close() {
        store.close();
    }

    private void happens(String type, Map<String, String> fields) {
        store.journal().append(now, type, "notes", fields);
    }

    private void conflict(String path) {
        happens("conflict", Map.of("path", path, "variant", "v-" + path));
    }

    private void restart() {
        reader.close();
        reader = store.cursors().open(Notifier.NAME, Start.NOW, now);
        notifier = new Notifier(store.cursors(), bus, () -> now);
    }

    @Test
    @DisplayName("tell of clashes, devices, and what is to be decided, and of nothing that is routine")
    void worthIt() {
        happens("changed", Map.of("files", "3"));
        happens("peer-online", Map.of("peer", "phone"));
        happens("alert", Map.of("severity", "warning", "text", "the clock is off"));
        conflict("a.txt");
        happens("device-revoked", Map.of("device", "aaaa", "name", "phone"));
        happens("alert", Map.of("severity", "error", "text", "most files of notes are gone"));

        notifier.turn(reader);

        assertThat(shown)
                .containsExactly(
                        new Notice(
                                "notes",
                                "Two versions of a.txt clashed, and both are kept; the other is v-a.txt.",
                                false),
                        new Notice("Tandem", "The device phone is revoked: nothing is shared with it any more.", false),
                        new Notice("notes", "most files of notes are gone", true));
    }

    @Test
    @DisplayName("are four a minute at most: of a burst, the last says how many more there are")
    void burst() {
        for (int i = 0; i < 120; i++) {
            conflict(i + ".txt");
        }
        notifier.turn(reader);
        assertThat(shown).hasSize(4).last().isEqualTo(Notice.ofMany(117));

        conflict("late.txt");
        now = NOON.plusSeconds(20);
        assertThat(notifier.turn(reader)).isEqualTo(Duration.ofSeconds(40));
        assertThat(shown).hasSize(4);

        now = NOON.plusSeconds(60);
        notifier.turn(reader);
        assertThat(shown).hasSize(5).last().extracting(Notice::text).asString().contains("late.txt");
    }

    @Test
    @DisplayName("say nothing twice, also across a restart, and nothing from before the first start")
    void once() {
        conflict("a.txt");
        notifier.turn(reader);
        restart();
        notifier.turn(reader);
        assertThat(shown).hasSize(1);

        conflict("b.txt"); // while nothing reads
        restart();
        notifier.turn(reader);
        assertThat(shown).hasSize(2);
    }

    @Test
    @DisplayName("wait while nobody is there to be told, and come when somebody is; what is a day old does not")
    void nobody() {
        nobody = true;
        conflict("a.txt");
        assertThat(notifier.turn(reader)).isEqualTo(Notifier.TRY_AGAIN);
        restart();
        assertThat(notifier.turn(reader)).isEqualTo(Notifier.TRY_AGAIN);

        nobody = false;
        notifier.turn(reader);
        assertThat(shown).hasSize(1);

        nobody = true;
        conflict("b.txt");
        notifier.turn(reader);
        now = NOON.plus(Notifier.NEWS).plusSeconds(1);
        nobody = false;
        restart();
        notifier.turn(reader);
        assertThat(shown).hasSize(1);
    }

    @Test
    @DisplayName("leave out what the user has seen elsewhere")
    void seen() {
        conflict("a.txt");
        store.cursors().seen(store.journal().last());

        notifier.turn(reader);

        assertThat(shown).isEmpty();
    }
}
