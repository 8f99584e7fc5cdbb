package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.annex.LogLines.Format;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A log of the git-annex branch")
class LogLinesTest {
    private static final String A = "11111111-1111-4111-8111-111111111111";
    private static final String B = "22222222-2222-4222-8222-222222222222";
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00.5Z");
    private static final String NOW_TEXT = "1795176000.5s";

    private static byte[] bytes(String... lines) {
        return String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Optional<byte[]> log) {
        return new String(log.orElseThrow(), StandardCharsets.UTF_8);
    }

    private static String value(Format format, String field, String... lines) {
        LogLines.Line line = LogLines.newest(bytes(lines), format).get(field);
        return line == null ? "none" : line.text();
    }

    @Test
    @DisplayName("of locations: the newest line of a repository counts, of equal times the earlier one")
    void presence() {
        assertThat(value(Format.PRESENCE, A, "1s 1 " + A, "2s 0 " + A, "1.5s X " + A))
                .isEqualTo("0");
        assertThat(value(Format.PRESENCE, A, "5s 0 " + A, "5s 1 " + A)).isEqualTo("0");
        assertThat(value(Format.PRESENCE, A, "10s 0 " + A, "9.999s 1 " + A)).isEqualTo("0");
    }

    @Test
    @DisplayName("of repositories: the newest line counts, of equal times the later one")
    void byUuid() {
        assertThat(value(Format.UUIDS, A, A + " x timestamp=2s", A + " y timestamp=1s"))
                .isEqualTo("x");
        assertThat(value(Format.UUIDS, A, A + " x timestamp=2s", A + " y timestamp=2.0s"))
                .isEqualTo("y");
        assertThat(value(Format.UUIDS, A, A + " two  words  é timestamp=2s")).isEqualTo("two  words  é");
        assertThat(value(Format.UUIDS, A, A + " timestamp=2s")).isEmpty();
        assertThat(value(Format.UUIDS, A, A + "  timestamp=2s")).isEmpty();
    }

    @Test
    @DisplayName("of settings: the same, with the time in front")
    void map() {
        assertThat(value(Format.MAP, "annex.largefiles", "1s annex.largefiles a and b", "2 annex.largefiles c or d"))
                .isEqualTo("c or d");
        assertThat(value(Format.MAP, "x.y", "1s x.y 1", "1s x.y 2")).isEqualTo("2");
        assertThat(value(Format.MAP, "x.y", "1s x.y 1", "2s x.y ")).isEmpty();
        assertThat(value(Format.MAP, "x.y", "1s x.y 1", "2s x.y")).isEmpty();
    }

    @Test
    @DisplayName("of one value: the newest counts, of equal times the largest")
    void single() {
        assertThat(LogLines.value(bytes("1s 4", "2s 2", "2s 3"))).contains("3");
        assertThat(LogLines.value(bytes("x 4"))).isEmpty();
        assertThat(text(LogLines.setValue(bytes("1s 4"), "2", NOW))).isEqualTo(NOW_TEXT + " 2\n");
        assertThat(LogLines.setValue(bytes("1s 4", "2s 2"), "2", NOW)).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("has lines that are skipped, and kept when it is written")
    @ValueSource(strings = {"junk", "1s 7 x", "s 1 x", "1..2s 1 x", " 1s 1 x", "1s  x"})
    void skipped(String line) {
        assertThat(LogLines.newest(bytes(line), Format.PRESENCE)).isEmpty();
        assertThat(text(LogLines.set(bytes(line), Format.PRESENCE, A, "1", NOW)))
                .isEqualTo(line + "\n" + NOW_TEXT + " 1 " + A + "\n");
    }

    @Test
    @DisplayName("has times with or without fraction, sign and s, and of any length")
    void times() {
        assertThat(value(Format.PRESENCE, A, "1 1 " + A)).isEqualTo("1");
        assertThat(value(Format.PRESENCE, A, "+1.000000000001999s 1 " + A, "1.000000000002s 0 " + A))
                .isEqualTo("0");
        assertThat(value(Format.PRESENCE, A, "9".repeat(100_000) + "s 1 " + A)).isEqualTo("1");
    }

    @Test
    @DisplayName("is written with one line for each field, in their order, and not at all where it says that already")
    void written() {
        byte[] log = bytes("3s 1 " + B, "1s 0 " + A, "2s 1 " + A);

        assertThat(LogLines.set(log, Format.PRESENCE, A, "1", NOW)).isEmpty();
        assertThat(text(LogLines.set(log, Format.PRESENCE, A, "0", NOW)))
                .isEqualTo(NOW_TEXT + " 0 " + A + "\n3s 1 " + B + "\n");
        assertThat(text(LogLines.set(new byte[0], Format.MAP, "annex.x", "y é", NOW)))
                .isEqualTo(NOW_TEXT + " annex.x y é\n");
    }

    @Test
    @DisplayName("may have CRs: they end a line that is read, and stay in one that is united with others")
    void carriageReturns() {
        assertThat(value(Format.PRESENCE, A, "1s 1 " + A + "\r")).isEqualTo("1");
        assertThat(new String(LogLines.union(bytes("b\r\na"), bytes("c")), StandardCharsets.UTF_8))
                .isEqualTo("a\nb\r\nc\n");
    }

    @Test
    @DisplayName("keeps the bytes of others' lines as they are, in whatever encoding")
    void encoding() {
        byte[] latin = (A + " caf\u00e9 timestamp=1s\n").getBytes(StandardCharsets.ISO_8859_1);

        byte[] log = LogLines.set(latin, Format.UUIDS, B, "b", NOW).orElseThrow();

        assertThat(new String(log, StandardCharsets.ISO_8859_1)).startsWith(A + " caf\u00e9 timestamp=1s\n");
    }

    @Test
    @DisplayName("is never undone by a slow clock: a second is added to the time that is there")
    void vectorClock() {
        assertThat(text(LogLines.set(bytes("2000000000s 1 " + A), Format.PRESENCE, A, "0", NOW)))
                .isEqualTo("2000000001s 0 " + A + "\n");
        assertThat(text(LogLines.setValue(bytes("2000000000s 1"), "2", NOW))).isEqualTo("2000000001s 2\n");
    }

    @Test
    @DisplayName("says the same after any unions, in any order, of versions that were written apart")
    void convergent() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<byte[]> versions = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                byte[] log = versions.isEmpty() ? new byte[0] : versions.get(random.nextInt(versions.size()));
                for (int edits = 0; edits < 3; edits++) {
                    Instant time = NOW.plusSeconds(random.nextInt(4));
                    String status = List.of("0", "1", "X").get(random.nextInt(3));
                    log = LogLines.set(log, Format.PRESENCE, random.nextBoolean() ? A : B, status, time)
                            .orElse(log);
                }
                versions.add(log);
            }
            byte[] one = versions.stream().reduce(new byte[0], LogLines::union);
            Collections.shuffle(versions, random);
            byte[] two = versions.stream().reduce(versions.get(0), (all, next) -> LogLines.union(next, all));

            assertThat(two).as("seed %s", seed).isEqualTo(one);
        }
    }
}
