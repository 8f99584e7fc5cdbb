package dev.tandem.assistant.core;

import static dev.tandem.assistant.core.Steps.committed;
import static dev.tandem.assistant.core.Steps.tips;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With the alerts themselves, as the daemon has them: what the folder says is one line, counted, and ends. */
@DisplayName("A folder's trouble")
final class AlertKindsTest {
    private final Steps steps = Steps.startedWith(tips(1));
    private final Alerts alerts = new Alerts();
    private int begun;
    private int ended;

    private void then(Event event) {
        for (Effect effect : steps.then(event)) {
            if (effect instanceof Effect.Raise raise) {
                boolean isNew = alerts.raise(raise.key(), Alerts.Severity.ERROR, raise.text(), Instant.EPOCH);
                begun += isNew ? 1 : 0;
            } else if (effect instanceof Effect.Clear clear) {
                Optional<Alerts.Alert> was = alerts.clear(clear.key());
                ended += was.isPresent() ? 1 : 0;
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"disk, the disk is full", "permission, may not write", "files, work on it failed"})
    @DisplayName("SOJU-7, SOJU-9: is said once for a thousand failures, counted, and over with the first success")
    void aThousandTimes(String key, String line) {
        for (int i = 0; i < 1000; i++) {
            then(new Event.Settled(Set.of("a")));
            then(new Event.JobFailed(new Trouble(key, line + " " + i)));
            then(new Event.Retry());
        }
        assertThat(alerts.list()).singleElement().satisfies(alert -> {
            assertThat(alert.count()).isEqualTo(1000);
            assertThat(alert.text()).as("the newest").isEqualTo(line + " 999");
        });
        assertThat(begun).isOne();
        assertThat(ended).isZero();

        then(committed(tips(2)));
        assertThat(alerts.list()).isEmpty();
        assertThat(ended).isOne();
    }

    @Test
    @DisplayName("SOJU-9: another trouble ends the one before; the same one later begins anew")
    void another() {
        then(new Event.Settled(Set.of("a")));
        then(new Event.JobFailed(new Trouble("disk", "full")));
        then(new Event.Retry());
        then(new Event.JobFailed(new Trouble("permission", "no")));
        assertThat(alerts.list()).extracting(Alerts.Alert::key).containsExactly("permission");
        then(new Event.Retry());
        then(committed(tips(2)));
        then(new Event.Settled(Set.of("a")));
        then(new Event.JobFailed(new Trouble("disk", "full")));
        assertThat(alerts.list()).extracting(Alerts.Alert::count).containsExactly(1L);
        assertThat(begun).isEqualTo(3);
    }

    @Test
    @DisplayName("SOJU-7: a deletion that is held is one alert however often it is found again, and ends with the answer")
    void massDeletion() {
        HeldDeletion held = new HeldDeletion(30, 40, null);
        for (int i = 0; i < 1000; i++) {
            then(new Event.Settled(Set.of("a")));
            then(new Event.DeletionHeld(held));
        }
        assertThat(begun).isOne();
        assertThat(alerts.list()).extracting(Alerts.Alert::count).containsExactly(1000L);
        then(new Event.DeletionDecided(true));
        assertThat(alerts.list()).isEmpty();
    }

    @Test
    @DisplayName("SOJU-7: files that cannot be read are one alert, over when they can")
    void unreadable() {
        for (int i = 0; i < 1000; i++) {
            then(new Event.Settled(Set.of("a")));
            then(new Event.Committed(tips(1), List.of(), Set.of(), Set.of("secret"), ContentCount.NOTHING));
        }
        assertThat(begun).isOne();
        then(new Event.Settled(Set.of("a")));
        then(committed(tips(2)));
        assertThat(alerts.list()).isEmpty();
    }
}
