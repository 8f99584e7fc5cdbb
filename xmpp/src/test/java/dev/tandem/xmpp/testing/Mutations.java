package dev.tandem.xmpp.testing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Makes broken inputs out of sound ones: what the seed decides, so the same seed makes the same inputs. */
final class Mutations {
    private static final int MAX_BYTES = 20_000;
    private static final long[] EDGES = {
        0, 1, -1, 127, 128, 255, 256, 32_767, 32_768, 65_535, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE
    };

    /** What parsers trip over. */
    private static final List<String> WORDS = List.of(
            "<",
            ">",
            "/>",
            "</",
            "'",
            "\"",
            "&",
            "&amp;",
            "&#0;",
            "&#x1F600;",
            "<![CDATA[",
            "]]>",
            "<!--",
            "<?x ?>",
            "<!DOCTYPE a [<!ENTITY e 'eeee'>]>",
            "&e;",
            "xmlns='x'",
            "s='0'",
            "n='9223372036854775807'",
            "n='-1'",
            "a='9223372036854775808'",
            "w='-2147483648'",
            "r='1'",
            "=",
            "====",
            "{",
            "}",
            "[",
            "]",
            "[[[[[[[[",
            ":",
            ",",
            "null",
            "true",
            "1e999",
            "-0",
            "\\u0000",
            "\\ud800",
            "\u202e",
            "\u001b[2J",
            "\r\n",
            "\0",
            "\ufeff");

    private final List<byte[]> sound;
    private final RandomGenerator random;

    Mutations(List<byte[]> sound, RandomGenerator random) {
        this.sound = sound;
        this.random = random;
    }

    byte[] next() {
        byte[] input = any().clone();
        for (int i = 1 + random.nextInt(1 << random.nextInt(3)); i > 0; i--) {
            input = mutate(input);
        }
        return input.length <= MAX_BYTES ? input : Arrays.copyOf(input, MAX_BYTES);
    }

    private byte[] any() {
        return sound.get(random.nextInt(sound.size()));
    }

    private byte[] mutate(byte[] input) {
        int at = random.nextInt(input.length + 1);
        int to = Math.min(input.length, at + random.nextInt(1 << random.nextInt(10)));
        return switch (random.nextInt(9)) {
            case 0 -> flip(input);
            case 1 -> edge(input);
            case 2 -> splice(input, at, at, noise(1 + random.nextInt(16)));
            case 3 -> splice(input, at, to, new byte[0]);
            case 4 -> splice(input, to, to, Arrays.copyOfRange(input, at, to));
            case 5 -> Arrays.copyOf(input, at);
            case 6 -> splice(input, at, to, word());
            case 7 -> splice(input, at, input.length, tail(any()));
            default -> splice(input, at, to, noise(to - at));
        };
    }

    private byte[] flip(byte[] input) {
        if (input.length > 0) {
            input[random.nextInt(input.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return input;
    }

    /** Writes a number that is an edge of something, in one to eight bytes. */
    private byte[] edge(byte[] input) {
        int size = Math.min(input.length, 1 << random.nextInt(4));
        if (size > 0) {
            int at = random.nextInt(input.length - size + 1);
            long value = EDGES[random.nextInt(EDGES.length)];
            for (int i = 0; i < size; i++) {
                input[at + i] = (byte) (value >>> (8 * (size - 1 - i)));
            }
        }
        return input;
    }

    private byte[] noise(int size) {
        byte[] noise = new byte[size];
        random.nextBytes(noise);
        return noise;
    }

    private byte[] word() {
        return WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] tail(byte[] other) {
        return Arrays.copyOfRange(other, random.nextInt(other.length + 1), other.length);
    }

    private static byte[] splice(byte[] into, int from, int to, byte[] piece) {
        byte[] out = new byte[from + piece.length + into.length - to];
        System.arraycopy(into, 0, out, 0, from);
        System.arraycopy(piece, 0, out, from, piece.length);
        System.arraycopy(into, to, out, from + piece.length, into.length - to);
        return out;
    }
}
