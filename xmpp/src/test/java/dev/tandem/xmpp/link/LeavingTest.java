package dev.tandem.xmpp.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What is leaving a stream")
class LeavingTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    @DisplayName("leaves as it was written, whatever the sizes")
    void inOrder(long seed) {
        Random random = new Random(seed);
        Leaving leaving = new Leaving();
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        ByteArrayOutputStream left = new ByteArrayOutputStream();
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(random.nextBoolean() ? 100 : 40_000)];
            random.nextBytes(bytes);
            leaving.put(bytes, 0, bytes.length);
            written.writeBytes(bytes);
            while (leaving.size() > 0 && random.nextInt(3) > 0) {
                int most = 1 + random.nextInt(20_000);
                byte[] taken = leaving.take(most);
                assertThat(taken.length).isBetween(1, most);
                left.writeBytes(taken);
            }
            assertThat(leaving.size()).isEqualTo(written.size() - left.size());
        }
        while (leaving.size() > 0) {
            left.writeBytes(leaving.take(Frame.MAX_PAYLOAD));
        }

        assertThat(left.toByteArray()).isEqualTo(written.toByteArray());
    }

    @Test
    @DisplayName("fills frames, however it was written")
    void fullFrames() {
        Leaving leaving = new Leaving();
        for (int i = 0; i < 16; i++) {
            leaving.put(new byte[16_384], 0, 16_384);
        }

        for (int i = 0; i < 16; i++) {
            assertThat(leaving.take(Frame.MAX_PAYLOAD)).hasSize(Frame.MAX_PAYLOAD);
        }
    }

    @Test
    @DisplayName("fills frames again after one that had to be smaller")
    void alignedAgain() {
        Leaving leaving = new Leaving();
        leaving.put(new byte[100_000], 0, 100_000);

        assertThat(leaving.take(3000)).hasSize(3000);
        assertThat(leaving.take(Frame.MAX_PAYLOAD)).hasSize(Frame.MAX_PAYLOAD - 3000);
        assertThat(leaving.take(Frame.MAX_PAYLOAD)).hasSize(Frame.MAX_PAYLOAD);
    }

    @Test
    @DisplayName("is gone once cleared")
    void cleared() {
        Leaving leaving = new Leaving();
        leaving.put(new byte[50_000], 0, 50_000);
        leaving.take(100);

        leaving.clear();
        leaving.put(new byte[] {1, 2}, 0, 2);

        assertThat(leaving.size()).isEqualTo(2);
        assertThat(leaving.take(10)).containsExactly(1, 2);
    }
}
