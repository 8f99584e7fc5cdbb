package dev.tandem.assistant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("What a terminal shows")
final class TerminalOutputTest extends WithDaemon {
    private static final Map<String, String> XTERM = Map.of("TERM", "xterm-256color");

    @Nested
    @DisplayName("colours:")
    final class Colours {
        @Test
        @DisplayName("states are coloured, and columns stay aligned")
        void coloured() {
            String coloured = runOnTerminal(new StringWriter(), XTERM, "status").out();

            assertThat(coloured).contains("\u001b[31mattention\u001b[0m").contains("\u001b[32monline\u001b[0m");
            assertThat(coloured.replaceAll("\u001b\\[[0-9;]*m", ""))
                    .isEqualTo(run("status").out());
        }

        @Test
        @DisplayName("none with NO_COLOR, on a dumb terminal, in a file, or in JSON")
        void none() {
            assertThat(runOnTerminal(new StringWriter(), Map.of("NO_COLOR", "1"), "status")
                            .out())
                    .doesNotContain("\u001b");
            assertThat(runOnTerminal(new StringWriter(), Map.of("TERM", "dumb"), "status")
                            .out())
                    .doesNotContain("\u001b");
            assertThat(run("status").out()).doesNotContain("\u001b");
            assertThat(runOnTerminal(new StringWriter(), XTERM, "status", "--json")
                            .out())
                    .doesNotContain("\u001b[3");
        }
    }

    @Nested
    @DisplayName("progress:")
    final class Progress {
        private final CountDownLatch drawn = new CountDownLatch(1);
        private final StringWriter out = new StringWriter() {
            @Override
            public void write(String text, int from, int length) {
                super.write(text, from, length);
                if (text.contains("\r") && text.contains("syncing")) {
                    drawn.countDown();
                }
            }
        };

        @Test
        @DisplayName("while a sync waits, one line says how far it is, and is gone when it ends")
        void sync() {
            actions.onSync(this::awaitDrawn);

            Result result = runOnTerminal(out, XTERM, "sync");

            assertThat(drawn.getCount()).isZero();
            assertThat(result.exit()).isZero();
            assertThat(result.out()).contains("\r\u001b[Ksyncing ").contains(" left\r\u001b[K");
            assertThat(result.out().substring(result.out().lastIndexOf('\r')))
                    .isEqualTo("\r\u001b[K" + run("sync").out());
        }

        @Test
        @DisplayName("none without a terminal, and none in JSON")
        void silent() {
            assertThat(run("sync").done().out()).doesNotContain("\r");
            assertThat(runOnTerminal(out, XTERM, "sync", "--json").out()).doesNotContain("\r");
        }

        @Test
        @DisplayName("the line names what moves, how much of it, how fast, and the time left")
        void moving() {
            assertThat(lineOf(List.of(transfer("film.mkv", 520, 1000, 10))))
                    .isEqualTo("getting film.mkv [##########----------] 52 % of 1.0 kB, 10 B/s, 0:48 left");
            assertThat(lineOf(List.of(
                            transfer("a", 0, 4_000_000_000L, 0),
                            transfer("b", 1_000_000_000L, 4_000_000_000L, 500_000))))
                    .isEqualTo("getting 2 files [##------------------] 12 % of 8.0 GB, 500 kB/s, 3:53:20 left");
            assertThat(lineOf(List.of())).isEqualTo("getting, 0:05; notes: waiting for laptop");
        }

        @Test
        @DisplayName("it never breaks the terminal's line, and an offer counts down")
        void bounds() {
            String path = "long/".repeat(100);
            List<Map<String, Object>> folders = List.of(folder(List.of(transfer(path, 1, 2, 1))));

            assertThat(ProgressLine.of("getting", folders, null, Duration.ZERO, Duration.ZERO, 80))
                    .hasSize(79);
            assertThat(ProgressLine.of("waiting", List.of(), null, Duration.ofSeconds(28), Duration.ofMinutes(10), 80))
                    .isEqualTo("waiting, 9:32 left");
        }

        private void awaitDrawn() {
            try {
                drawn.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private String lineOf(List<Map<String, Object>> transfers) {
            return ProgressLine.of(
                    "getting", List.of(folder(transfers)), "notes", Duration.ofSeconds(5), Duration.ZERO, 80);
        }

        private Map<String, Object> folder(List<Map<String, Object>> transfers) {
            return Map.of("name", "notes", "state", "syncing", "reason", "waiting for laptop", "transfers", transfers);
        }

        private Map<String, Object> transfer(String path, long bytes, long total, long rate) {
            return Map.of("path", path, "bytes", bytes, "total", total, "rate", rate, "direction", "get");
        }
    }
}
