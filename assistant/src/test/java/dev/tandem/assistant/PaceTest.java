package dev.tandem.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The pace of contents")
class PaceTest {
    /** A link that takes so many bytes a second, and a sender that always has more; what is under way in the end. */
    private static long underWay(long bytesPerSecond, long roundTripMillis, int seconds) {
        record Piece(int bytes, long reportedAt) {}
        Pace pace = new Pace();
        Deque<Piece> pieces = new ArrayDeque<>();
        long nanos = 0;
        long free = 0; // when the link has sent all that it was given
        while (nanos < seconds * 1_000_000_000L) {
            while (pace.room() > 0) {
                int size = Math.min(pace.room(), 16 * 1024);
                pace.sent(size, nanos);
                free = Math.max(free, nanos) + size * 1_000_000_000L / bytesPerSecond;
                pieces.add(new Piece(size, free + roundTripMillis * 1_000_000));
            }
            Piece next = pieces.remove();
            nanos = Math.max(nanos, next.reportedAt);
            pace.reported(next.bytes, nanos);
        }
        return pieces.stream().mapToLong(Piece::bytes).sum();
    }

    @ParameterizedTest
    @CsvSource({"10000,100", "100000,50", "1000000,20", "100000000,1"})
    @DisplayName("keeps no more under way than the link takes in a second, or the least that it can")
    void littleUnderWay(long bytesPerSecond, long roundTripMillis) {
        assertThat(underWay(bytesPerSecond, roundTripMillis, 120))
                .isLessThanOrEqualTo(Math.max(2 * Pace.BYTES_MIN, bytesPerSecond));
    }

    @Test
    @DisplayName("lets a fast link take much")
    void fast() {
        assertThat(underWay(100_000_000, 50, 20)).isGreaterThan(4_000_000);
    }

    @Test
    @DisplayName("a peer that reports what it never got wins nothing")
    void dishonest() {
        Pace pace = new Pace();
        pace.reported(Integer.MAX_VALUE, 1);
        pace.reported(-5, 2);
        assertThat(pace.room()).isLessThanOrEqualTo(64 * 1024);
    }
}
