package dev.tandem.assistant.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.link.Rates;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The limits that a user sets")
class LimitsTest {
    private static final Rates SLOW = new Rates(1000, 2000);
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static Limits limits(String from, String to, Limits.Metered metered) {
        return new Limits(SLOW, LocalTime.parse(from), LocalTime.parse(to), metered);
    }

    @Test
    @DisplayName("hold all day where no time is given, and are none where nothing is")
    void always() {
        Limits always = new Limits(SLOW, null, null, Limits.Metered.PAUSE);

        assertThat(always.at(LocalTime.MIDNIGHT, false)).isEqualTo(SLOW);
        assertThat(always.at(LocalTime.NOON, false)).isEqualTo(SLOW);
        assertThat(Limits.NONE.at(LocalTime.NOON, true)).isEqualTo(Rates.FREE);
    }

    @ParameterizedTest(name = "from {0} to {1}, at {2}: {3}")
    @DisplayName("hold from one time of the day to another, also over midnight")
    @CsvSource({
        "08:00, 18:00, 07:59, false",
        "08:00, 18:00, 08:00, true",
        "08:00, 18:00, 17:59, true",
        "08:00, 18:00, 18:00, false",
        "22:00, 06:00, 21:59, false",
        "22:00, 06:00, 23:59, true",
        "22:00, 06:00, 00:00, true",
        "22:00, 06:00, 05:59, true",
        "22:00, 06:00, 06:00, false",
        "00:00, 00:00, 12:00, true"
    })
    void window(String from, String to, String at, boolean hold) {
        Rates expected = hold ? SLOW : Rates.FREE;

        assertThat(limits(from, to, Limits.Metered.PAUSE).at(LocalTime.parse(at), false))
                .isEqualTo(expected);
    }

    @Test
    @DisplayName("follow the clock on the wall when it is put forward, and when it is put back")
    void daylightSaving() {
        Limits night = limits("01:30", "02:30", Limits.Metered.PAUSE);

        assertThat(minutes(night, "2026-03-28T12:00:00Z")).isEqualTo(30); // 02:00 to 03:00 was left out
        assertThat(minutes(night, "2026-10-24T12:00:00Z")).isEqualTo(30 + 30 + 30); // 02:00 to 03:00 came twice
        assertThat(minutes(night, "2026-06-01T12:00:00Z")).isEqualTo(60);
    }

    /** How many minutes of the 24 hours after an instant they hold. */
    private static int minutes(Limits limits, String after) {
        int minutes = 0;
        for (int i = 0; i < 24 * 60; i++) {
            LocalTime wall =
                    Instant.parse(after).plusSeconds(60L * i).atZone(BERLIN).toLocalTime();
            minutes += limits.at(wall, false).equals(SLOW) ? 1 : 0;
        }
        return minutes;
    }

    @Test
    @DisplayName("on a metered network let large files wait, hold at any time, or make no difference")
    void metered() {
        Limits pause = limits("08:00", "09:00", Limits.Metered.PAUSE);
        Limits limit = limits("08:00", "09:00", Limits.Metered.LIMIT);
        Limits ignore = limits("08:00", "09:00", Limits.Metered.IGNORE);

        assertThat(pause.contentsWait(true)).isTrue();
        assertThat(pause.contentsWait(false)).isFalse();
        assertThat(limit.contentsWait(true)).isFalse();
        assertThat(limit.at(LocalTime.NOON, true)).isEqualTo(SLOW);
        assertThat(limit.at(LocalTime.NOON, false)).isEqualTo(Rates.FREE);
        assertThat(ignore.contentsWait(true)).isFalse();
        assertThat(ignore.at(LocalTime.NOON, true)).isEqualTo(Rates.FREE);
    }
}
