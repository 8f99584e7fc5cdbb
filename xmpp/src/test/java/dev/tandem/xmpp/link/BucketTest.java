package dev.tandem.xmpp.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A limit of so many bytes a second")
class BucketTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private final Bucket bucket = new Bucket();
    private long now = 5 * SECOND;

    /** Moves pieces of a size one after the other, waiting as it is told; how long that takes. */
    private long move(int pieces, int bytes, boolean urgent) {
        long begin = now;
        for (int i = 0; i < pieces; i++) {
            now += bucket.waitNanos(urgent, now);
            assertThat(bucket.waitNanos(urgent, now)).isZero();
            bucket.moved(bytes, now);
        }
        now += bucket.waitNanos(urgent, now);
        return now - begin;
    }

    @Test
    @DisplayName("does not hold up anything while there is none")
    void none() {
        assertThat(move(1000, 1_000_000, false)).isZero();
    }

    @Test
    @DisplayName("is kept on the whole within a hundredth, whatever the pieces")
    void kept() {
        bucket.limit(100_000, now);
        Random random = new Random(1);
        long begin = now;
        long moved = 0;
        while (moved < 3_000_000) {
            now += bucket.waitNanos(false, now);
            int piece = 1 + random.nextInt(30_000);
            bucket.moved(piece, now);
            moved += piece;
        }
        now += bucket.waitNanos(false, now);
        double rate = moved / ((now - begin) / 1e9);
        assertThat(rate).isBetween(99_000.0, 101_000.0);
    }

    @Test
    @DisplayName("lets a tenth of a second's worth go at once after a pause, and no more")
    void burst() {
        bucket.limit(100_000, now);
        now += 60 * SECOND;

        assertThat(move(10, 1_000, false)).isZero();
        assertThat(move(1, 1_000, false)).isEqualTo(SECOND / 100);
    }

    @Test
    @DisplayName("lets what is urgent pass what is not, without letting more go on the whole")
    void urgent() {
        bucket.limit(100_000, now);
        bucket.moved(20_000, now);

        assertThat(bucket.waitNanos(true, now)).isZero();
        assertThat(bucket.waitNanos(false, now)).isEqualTo(SECOND / 5);
        assertThat(move(100, 10_000, true)).isBetween(9 * SECOND, 11 * SECOND);
    }

    @Test
    @DisplayName("ends at once when it is lifted, and begins without a debt of before")
    void changed() {
        bucket.limit(1_000, now);
        bucket.moved(100_000, now);
        assertThat(bucket.waitNanos(false, now)).isEqualTo(100 * SECOND);
        bucket.limit(0, now);
        assertThat(bucket.waitNanos(false, now)).isZero();

        bucket.limit(1_000_000, now);
        assertThat(bucket.waitNanos(false, now)).isZero();
    }
}
