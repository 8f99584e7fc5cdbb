package dev.tandem.assistant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("tandem pair")
final class PairTest extends WithDaemon {
    @Test
    @DisplayName("--print prints exactly the line that the other device takes, and does not wait")
    void print() {
        assertThat(run("pair", "notes", "--print").done().out()).isEqualTo("alice@example.org river-lamp-seven\n");
        assertThat(actions.asked()).containsExactly("offer notes");
    }

    @Test
    @DisplayName("a name shows the code and waits, also longer than one request does")
    void offer() {
        actions.timeOutAwaits(2);

        String out = run("pair", "notes").done().out();

        assertThat(out)
                .contains("tandem pair alice@example.org river-lamp-seven\n")
                .endsWith("paired with phone (aaaaaaaa): notes is /home/alice/notes\n");
        assertThat(actions.asked()).hasSize(4);
    }

    @Test
    @DisplayName("a JID and a code join, into a directory that is made absolute")
    void join() throws IOException {
        assertThat(run("pair", "alice@example.org", "river-lamp-seven", "d")
                        .done()
                        .out())
                .startsWith("paired with phone");
        assertThat(run("pair", "alice@example.org", "x", "--json")
                        .done()
                        .json()
                        .get("folder")
                        .asText())
                .isEqualTo("notes");

        assertThat(actions.asked())
                .containsExactly(
                        "join alice@example.org river-lamp-seven "
                                + Optional.of(Path.of("d").toAbsolutePath()),
                        "join alice@example.org x Optional.empty");
    }

    @Test
    @DisplayName("four arguments, none, or --print with a code are wrong usage")
    void misuse() {
        assertThat(run("pair").exit()).isEqualTo(2);
        assertThat(run("pair", "a", "b", "c", "d").exit()).isEqualTo(2);
        assertThat(run("pair", "a", "b", "--print").exit()).isEqualTo(2);
        assertThat(actions.asked()).isEmpty();
    }

    @Test
    @DisplayName("the code as blocks has a quiet zone and three finders")
    void qrCode() {
        List<String> lines = QrCode.lines("alice@example.org river-lamp-seven");

        assertThat(lines.get(0)).matches("█+").hasSizeGreaterThan(29);
        assertThat(lines.get(2)).startsWith("████ ▄▄▄▄▄ █").endsWith("█ ▄▄▄▄▄ ████");
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSameSizeAs(lines.get(0)));
    }
}
