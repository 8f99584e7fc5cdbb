package dev.tandem.assistant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.assistant.api.ActionFailed;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("tandem history, restore and peers")
final class HistoryTest extends WithDaemon {
    private static final Path FILE = Path.of("film.mp4").toAbsolutePath();

    @Test
    @DisplayName("history lists versions, with what is deleted or not here")
    void history() throws IOException {
        assertThat(run("history", "film.mp4").done().out().lines())
                .hasSize(2)
                .anyMatch(line -> line.startsWith("bbbbbbbb") && line.contains("phone") && line.endsWith("deleted"))
                .anyMatch(line -> line.startsWith("cccccccc") && line.contains("100 bytes  content not here"));
        assertThat(run("history", "film.mp4", "--json")
                        .done()
                        .json()
                        .at("/versions/1/size")
                        .asInt())
                .isEqualTo(100);
        assertThat(actions.asked()).containsExactly("history " + FILE, "history " + FILE);
    }

    @Test
    @DisplayName("restore says what was brought back, and whether its content is still to come")
    void restore() throws IOException {
        assertThat(run("restore", "film.mp4", "--at", "cccc").done().out())
                .startsWith("film.mp4 is as it was ")
                .contains("(cccccccc")
                .doesNotContain("content");
        assertThat(run("restore", "film.mp4", "--at", "2026-01-31", "--to", "old/film.mp4")
                        .done()
                        .out())
                .contains("its content is on no device that can be reached");
        assertThat(run("restore", "film.mp4", "--at", "x", "--json")
                        .done()
                        .json()
                        .at("/folder")
                        .asText())
                .isEqualTo("notes");

        assertThat(actions.asked())
                .containsExactly(
                        "restore " + FILE + " cccc Optional.empty",
                        "restore " + FILE + " 2026-01-31 Optional["
                                + Path.of("old/film.mp4").toAbsolutePath() + "]",
                        "restore " + FILE + " x Optional.empty");
        assertThat(run("restore", "film.mp4").exit()).isEqualTo(2);
    }

    @Test
    @DisplayName("peers lists the devices; one is revoked by its name or fingerprint")
    void peers() throws IOException {
        assertThat(run("peers").done().out().lines())
                .hasSize(2)
                .anyMatch(line -> line.contains("phone") && line.contains("online") && line.endsWith("notes, photos"))
                .anyMatch(line -> line.contains("old") && line.endsWith("introduced by phone"));
        assertThat(run("peers", "--json")
                        .done()
                        .json()
                        .at("/devices/0/folders/1")
                        .asText())
                .isEqualTo("photos");
        assertThat(run("peers", "forget", "my phone").done().out()).startsWith("phone (aaaaaaaa");
        actions.failWith(ActionFailed.Kind.FAILED, "no device is called tablet");
        assertThat(run("peers", "forget", "tablet").err()).isEqualTo("tandem: no device is called tablet\n");

        assertThat(actions.asked()).containsExactly("peers", "peers", "forget my phone", "forget tablet");
    }

    @Test
    @DisplayName("a device is called something else: this one everywhere, another one here")
    void rename() throws IOException {
        assertThat(run("peers", "rename", "my phone", "Ada's phone").done().out())
                .isEqualTo("my phone is called Ada's phone on this device\n");
        assertThat(run("peers", "rename", "this", "desk").done().out())
                .isEqualTo("this device is called desk on all devices\n");
        assertThat(run("peers", "rename", "phone").exit()).isEqualTo(2);

        assertThat(actions.asked()).containsExactly("rename my phone Ada's phone", "rename this desk");
    }

    @Test
    @DisplayName("status --all and log --all print each device's answer, or the reason why none came")
    void allDevices() throws IOException {
        assertThat(run("status", "--all").done().out()).isEqualTo("""
                phone (aaaaaaaa)
                  notes  syncing  main at bbbbbbbb  2 changes to record, 1 file without content  receives
                old (cccccccc)  no answer: offline
                """);
        JsonNode status = run("status", "--all", "--json").done().json();
        assertThat(status.at("/devices/0/answer/folders/0/name").asText()).isEqualTo("notes");
        assertThat(status.at("/devices/1/answer").isNull()).isTrue();
        assertThat(status.at("/devices/1/reason").asText()).isEqualTo("offline");

        assertThat(run("log", "--all", "--since", "2026-01-01T00:00:00Z").done().out())
                .isEqualTo("(old: offline)\nphone  2026-01-01 12:00:00Z  notes  merged  from=laptop\n");
        assertThat(run("log", "--all", "--since", "7d", "--json").done().out().lines())
                .hasSize(2)
                .first()
                .asString()
                .contains("\"type\":\"unanswered\"");
        assertThat(run("log", "--all", "--since", "yesterday").exit()).isEqualTo(2);
        assertThat(run("log", "--all", "-f").exit()).isEqualTo(2);
        assertThat(run("log", "--since", "2h").exit()).isEqualTo(2);

        assertThat(actions.asked()).hasSize(4).contains("statusOfAll cli-N", "logOfAll cli-N 2026-01-01T00:00:00Z");
    }
}
