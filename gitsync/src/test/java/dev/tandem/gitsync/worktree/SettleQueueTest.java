package dev.tandem.gitsync.worktree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The settle queue")
final class SettleQueueTest {
    private final SettleQueue queue = new SettleQueue(Watch.Settle.DEFAULT);

    private static long ms(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    @DisplayName("hands a path over once it was quiet for 100 ms, and not before")
    void quiet() {
        queue.changed("a", ms(0));
        queue.changed("a", ms(60));

        assertThat(queue.nextDue()).hasValue(ms(160));
        assertThat(queue.due(ms(159))).isEmpty();
        assertThat(queue.due(ms(160))).containsExactly("a");
        assertThat(queue.nextDue()).isEmpty();
    }

    @Test
    @DisplayName("keeps what belongs together in one batch")
    void oneBatch() {
        queue.changed("a", ms(0));
        queue.changed("b", ms(90));

        assertThat(queue.due(ms(150))).isEmpty();
        assertThat(queue.due(ms(190))).containsExactly("a", "b");
    }

    @Test
    @DisplayName("hands quiet paths over after 2 s although another is written for ever")
    void busyNeighbour() {
        queue.changed("saved", ms(0));
        for (int t = 500; t < 2000; t += 50) {
            queue.changed("log", ms(t));
            assertThat(queue.due(ms(t))).isEmpty();
        }

        assertThat(queue.nextDue()).hasValue(ms(2000));
        assertThat(queue.due(ms(2000))).containsExactly("saved");
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    @DisplayName("hands a path that is written for ever over every 2 s")
    void neverQuiet() {
        int handedOver = 0;
        for (int t = 0; t <= 10_000; t += 10) {
            queue.changed("log", ms(t));
            handedOver += queue.due(ms(t)).size();
        }

        assertThat(handedOver).isEqualTo(4); // at 2000, 4010, 6020 and 8030: each wait begins with the next change
    }

    @Test
    @DisplayName("counts with a clock that may be negative")
    void anyOrigin() {
        queue.changed("a", -ms(50));

        assertThat(queue.due(ms(49))).isEmpty();
        assertThat(queue.due(ms(50))).containsExactly("a");
    }
}
