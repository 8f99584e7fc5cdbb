package dev.tandem.assistant.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.core.Alerts.Severity;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Alerts")
final class AlertsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Alerts alerts = new Alerts();

    @Test
    @DisplayName("SOJU-7: a thousand identical failures are one alert that says how often, since when and when last")
    void saidOnce() {
        int begun = 0;
        for (int i = 0; i < 1000; i++) {
            if (alerts.raise("sign-in", Severity.WARNING, "no answer", NOON.plusSeconds(i))) {
                begun++;
            }
        }

        assertThat(begun).isEqualTo(1);
        assertThat(alerts.list())
                .containsExactly(new Alerts.Alert(
                        1, "sign-in", Severity.WARNING, "no answer", NOON, NOON.plusSeconds(999), 1000));
    }

    @Test
    @DisplayName("SOJU-8: the key tells alerts apart, not the text, which is the newest")
    void keyNotText() {
        alerts.raise("sign-in", Severity.WARNING, "port 50001 refused", NOON);
        boolean begun = alerts.raise("sign-in", Severity.ERROR, "port 50002 refused", NOON);

        assertThat(begun).isFalse();
        assertThat(alerts.list()).singleElement().satisfies(alert -> {
            assertThat(alert.text()).isEqualTo("port 50002 refused");
            assertThat(alert.severity()).isEqualTo(Severity.ERROR);
        });
    }

    @Test
    @DisplayName("SOJU-9: ends once, only if it was said, and the same failure later is a new alert")
    void endsOnceAndBeginsAnew() {
        assertThat(alerts.clear("sign-in")).isEmpty();

        alerts.raise("sign-in", Severity.WARNING, "no answer", NOON);
        assertThat(alerts.clear("sign-in")).map(Alerts.Alert::count).contains(1L);
        assertThat(alerts.clear("sign-in")).isEmpty();

        assertThat(alerts.raise("sign-in", Severity.WARNING, "no answer", NOON)).isTrue();
        assertThat(alerts.list()).extracting(Alerts.Alert::id).containsExactly(2L);
    }

    @Test
    @DisplayName("are bounded: what is beyond the bound is one alert, which goes when there is room again")
    void bounded() {
        for (int i = 0; i < 10_000; i++) {
            alerts.raise("folder " + i, Severity.ERROR, "unreadable", NOON);
        }
        assertThat(alerts.list()).hasSize(Alerts.MAX_ALERTS + 1);

        alerts.clear("folder 0");
        alerts.clear("folder 1");
        assertThat(alerts.list())
                .hasSize(Alerts.MAX_ALERTS - 2)
                .noneMatch(alert -> alert.key().equals("others"));
    }
}
