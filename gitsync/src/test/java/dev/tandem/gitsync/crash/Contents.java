package dev.tandem.gitsync.crash;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Contents that can be told from all others, and made again from their seed. */
final class Contents {
    private Contents() {}

    static byte[] of(int bytes, long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder("seed " + seed + "\n");
        while (text.length() < bytes) {
            text.append(Long.toHexString(random.nextLong())).append('\n');
        }
        return text.substring(0, Math.max(bytes, 22)).getBytes(StandardCharsets.US_ASCII);
    }
}
