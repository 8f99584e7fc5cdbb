package dev.tandem.xmpp.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("How long an account waits before it tries again")
class BackoffTest {
    private final Backoff backoff = new Backoff(new Random(1));
    private Instant now = Instant.EPOCH;

    @Test
    @DisplayName("SOJU-2: twice as long after each failure, from 1 s to 5 min, up to a fifth longer")
    void doubles() {
        for (long seconds : new long[] {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300}) {
            Duration wait = backoff.failed(now);
            assertThat(wait).isBetween(Duration.ofSeconds(seconds), Duration.ofMillis(seconds * 1200));
            now = now.plus(wait);
        }
        assertThat(backoff.attempt()).isEqualTo(13);
    }

    @Test
    @DisplayName("SOJU-2: two accounts that fail together do not go on together")
    void jitter() {
        Backoff other = new Backoff(new Random(2));
        List<Duration> apart = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            apart.add(backoff.failed(now).minus(other.failed(now)));
        }
        assertThat(apart).doesNotContain(Duration.ZERO);
    }

    @Test
    @DisplayName("SOJU-3: a server that accepts and closes at once is not tried in a hot loop")
    void acceptThenClose() {
        int attempts = 0;
        Instant end = now.plus(Duration.ofMinutes(10));
        while (now.isBefore(end)) {
            attempts++;
            backoff.online(now);
            now = now.plusMillis(50);
            now = now.plus(backoff.failed(now));
        }
        assertThat(attempts).isLessThanOrEqualTo(10);
    }

    @Test
    @DisplayName("SOJU-3: after a day online the first wait is the shortest again, whatever ended it")
    void afterADay() {
        for (int i = 0; i < 10; i++) {
            backoff.failed(now);
        }
        backoff.online(now);
        now = now.plus(Duration.ofDays(1));

        assertThat(backoff.failed(now)).isLessThanOrEqualTo(Duration.ofMillis(1200));
    }
}
