package dev.tandem.assistant.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.account.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Looking for what is not wanted any more")
class LeisureTest {
    private static final Client PEER = new Client(new DeviceId("ab".repeat(32)), new UUID(1, 1));
    private final Leisure leisure = new Leisure(Duration.ofMillis(500));
    private Instant now = Instant.parse("2026-11-21T12:00:00Z");

    private static FolderSnapshot folder(String state, String head, boolean online) {
        return new FolderSnapshot(
                new Tips(head, null),
                state,
                null,
                0,
                0,
                List.of(new FolderSnapshot.PeerSnapshot(PEER, "p", "p@x", online, null, null, false, null, null)),
                List.of(),
                null);
    }

    private boolean dueAfter(Duration passed, FolderSnapshot folder) {
        leisure.isDue(folder, now);
        now = now.plus(passed);
        return leisure.isDue(folder, now);
    }

    private void look(Duration took, boolean refused) {
        Object what = leisure.looks();
        now = now.plus(took);
        leisure.looked(what, took, refused, now);
    }

    @Test
    @DisplayName("LEISURE-1: waits until the folder is in sync")
    void onlyWhenInSync() {
        assertThat(dueAfter(Duration.ofHours(1), folder("syncing", "a", true))).isFalse();
        assertThat(dueAfter(Duration.ofHours(1), folder("paused", "a", true))).isFalse();
        assertThat(dueAfter(Duration.ofHours(1), folder("attention", "a", true)))
                .isFalse();
        assertThat(dueAfter(Duration.ofSeconds(3), folder("synced", "a", true))).isTrue();
    }

    @Test
    @DisplayName("LEISURE-2: is done once for each change, when that has been quiet for a moment and its own offset")
    void onceForEachChange() {
        assertThat(dueAfter(Duration.ofMillis(2400), folder("synced", "a", true)))
                .isFalse();
        assertThat(dueAfter(Duration.ofMillis(100), folder("synced", "a", true)))
                .isTrue();
        look(Duration.ZERO, false);
        assertThat(dueAfter(Duration.ofDays(1), folder("synced", "a", true))).isFalse();

        assertThat(dueAfter(Duration.ofSeconds(1), folder("synced", "b", true))).isFalse();
        assertThat(dueAfter(Duration.ofSeconds(1), folder("synced", "c", true))).isFalse();
        assertThat(dueAfter(Duration.ofSeconds(2), folder("synced", "c", true))).isTrue();
        look(Duration.ZERO, false);
        assertThat(dueAfter(Duration.ofSeconds(3), folder("synced", "c", false)))
                .isTrue();
    }

    @Test
    @DisplayName("LEISURE-2: is done again if something changed while it was")
    void changedMeanwhile() {
        assertThat(dueAfter(Duration.ofSeconds(3), folder("synced", "a", true))).isTrue();
        Object what = leisure.looks();
        leisure.isDue(folder("synced", "b", true), now);
        leisure.looked(what, Duration.ZERO, false, now);

        assertThat(dueAfter(Duration.ofSeconds(3), folder("synced", "b", true))).isTrue();
    }

    @Test
    @DisplayName("LEISURE-3: is done again after ten minutes, if something had to stay")
    void refused() {
        dueAfter(Duration.ofSeconds(3), folder("synced", "a", true));
        look(Duration.ZERO, true);

        assertThat(dueAfter(Duration.ofMinutes(9), folder("synced", "a", true))).isFalse();
        assertThat(dueAfter(Duration.ofMinutes(1), folder("synced", "a", true))).isTrue();
    }

    @Test
    @DisplayName("LEISURE-4: takes a tenth of the time at most")
    void tenth() {
        dueAfter(Duration.ofSeconds(3), folder("synced", "a", true));
        look(Duration.ofSeconds(6), false);

        assertThat(dueAfter(Duration.ofSeconds(59), folder("synced", "b", true)))
                .isFalse();
        assertThat(dueAfter(Duration.ofSeconds(1), folder("synced", "b", true))).isTrue();
    }
}
