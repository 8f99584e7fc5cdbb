package dev.tandem.assistant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.api.Limiting;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("tandem limit and tandem want")
final class LimitTest extends WithDaemon {
    @Test
    @DisplayName("show how it stands, in words and as JSON")
    void show() throws IOException {
        settings.stands(new Limiting.State(500_000, 2_000_000, "22:00", "06:00", "pause", true, "metered", true));

        assertThat(run("limit").done().out()).isEqualTo("""
                up                500 kB/s
                down              2 MB/s
                when              from 22:00 to 06:00
                metered networks  pause
                this network      metered
                Large files wait, because this network is metered; small changes go on.
                """);
        assertThat(run("limit", "--json").done().json().at("/up").asLong()).isEqualTo(500_000);
        assertThat(run("want", "notes").done().out()).isEqualTo("this device keeps all large files of notes\n");
    }

    @Test
    @DisplayName("change what is given, and leave the rest")
    void change() {
        run("limit", "--up", "1.5M", "--down", "none").done();
        run("limit", "--from", "08:00", "--to", "18:00", "--metered", "ignore").done();
        run("limit", "--always").done();
        run("want", "notes", "--only", "photos").done();
        run("want", "notes", "include=*.mp3 or present").done();
        run("want", "notes", "--all").done();

        assertThat(settings.asked())
                .containsExactly(
                        new Limiting.Change(1_500_000L, 0L, null, null, null),
                        new Limiting.Change(null, null, "08:00", "18:00", "ignore"),
                        new Limiting.Change(null, null, "", null, null),
                        "notes include=photos or include=photos/*",
                        "notes include=*.mp3 or present",
                        "notes ");
    }

    @Test
    @DisplayName("say in one line what makes no sense")
    void wrong() {
        assertThat(run("limit", "--up", "fast").exit()).isEqualTo(2);
        assertThat(run("limit", "--metered", "never").err()).contains("nothing was changed");
        assertThat(run("want", "notes", "--all", "--only", "a").exit()).isEqualTo(2);
        assertThat(run("want").exit()).isEqualTo(2);
        assertThat(settings.asked()).isEmpty();
    }
}
