package dev.tandem.gitsync.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A new version of a large file")
class DeltaTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path directory;

    private record Moved(int signatureBytes, int recipeBytes, ByteBuffer made) {
        int bytes() {
            return signatureBytes + recipeBytes;
        }
    }

    private Moved move(byte[] old, byte[] now) throws IOException {
        ByteArrayOutputStream signature = new ByteArrayOutputStream();
        Signature.of(new ByteArrayInputStream(old), old.length).writeTo(signature);
        Signature received = Signature.readFrom(new ByteArrayInputStream(signature.toByteArray()));
        ByteArrayOutputStream recipe = new ByteArrayOutputStream();
        Recipe.write(new ByteArrayInputStream(now), received, recipe);
        return new Moved(
                signature.size(), recipe.size(), ByteBuffer.wrap(apply(recipe.toByteArray(), old, now.length)));
    }

    private byte[] apply(byte[] recipe, byte[] old, long size) throws IOException {
        Path file = directory.resolve("old");
        Files.write(file, old);
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            Recipe.apply(new ByteArrayInputStream(recipe), channel, size, made);
        }
        return made.toByteArray();
    }

    private static byte[] random(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Test
    @DisplayName("moves little when an eighth of a MiB in 64 MiB was edited")
    void edit() throws IOException {
        byte[] old = random(1, 64 * MIB);
        byte[] now = old.clone();
        System.arraycopy(random(2, MIB / 8), 0, now, 20 * MIB, MIB / 8);

        Moved moved = move(old, now);

        assertThat(moved.made).isEqualTo(ByteBuffer.wrap(now));
        assertThat(moved.bytes()).isLessThan(3 * MIB / 8);
    }

    @Test
    @DisplayName("moves at most a twentieth when one percent of 64 MiB was changed in one place")
    void onePercent() throws IOException {
        byte[] old = random(1, 64 * MIB);
        byte[] now = old.clone();
        System.arraycopy(random(2, 64 * MIB / 100), 0, now, 33 * MIB + 7, 64 * MIB / 100);

        Moved moved = move(old, now);

        assertThat(moved.made).isEqualTo(ByteBuffer.wrap(now));
        assertThat(moved.bytes()).isLessThan(64 * MIB / 20);
    }

    @Test
    @DisplayName("moves at most a twentieth when one percent of 64 MiB was changed in ten places")
    void onePercentInTenPlaces() throws IOException {
        byte[] old = random(1, 64 * MIB);
        byte[] now = old.clone();
        for (int i = 0; i < 10; i++) {
            System.arraycopy(random(i + 2, 64 * MIB / 1000), 0, now, i * 6 * MIB + 12_345, 64 * MIB / 1000);
        }

        Moved moved = move(old, now);

        assertThat(moved.made).isEqualTo(ByteBuffer.wrap(now));
        assertThat(moved.bytes()).isLessThan(64 * MIB / 20);
    }

    @Test
    @DisplayName("moves little when something was inserted at the front")
    void insertion() throws IOException {
        byte[] old = random(1, 64 * MIB);
        byte[] now = join(random(2, 1000), old);

        Moved moved = move(old, now);

        assertThat(moved.made).isEqualTo(ByteBuffer.wrap(now));
        assertThat(moved.bytes()).isLessThan(3 * MIB / 8);
    }

    @Test
    @DisplayName("is made right whatever was inserted, removed, repeated, moved or replaced")
    void anyEdits() throws IOException {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            byte[] old = random(seed, random.nextInt(MIB));
            byte[] now = old;
            for (int edits = random.nextInt(6); edits > 0; edits--) {
                now = edited(now, random);
            }

            Moved moved = move(old, now);

            assertThat(moved.made).as("seed %s", seed).isEqualTo(ByteBuffer.wrap(now));
            assertThat(moved.recipeBytes).as("seed %s", seed).isLessThan(now.length + 1000);
        }
    }

    private static byte[] edited(byte[] bytes, Random random) {
        int from = random.nextInt(bytes.length + 1);
        int to = from + random.nextInt(bytes.length - from + 1);
        byte[] head = Arrays.copyOf(bytes, from);
        byte[] middle = Arrays.copyOfRange(bytes, from, to);
        byte[] tail = Arrays.copyOfRange(bytes, to, bytes.length);
        return switch (random.nextInt(5)) {
            case 0 -> join(head, random(random.nextLong(), random.nextInt(100_000)), middle, tail);
            case 1 -> join(head, tail);
            case 2 -> join(head, middle, middle, tail);
            case 3 -> join(tail, middle, head);
            default -> join(head, new byte[middle.length], tail);
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 4096, 16384, 65536, 65537})
    @DisplayName("is copied whole when nothing has changed, whatever its size")
    void unchanged(int size) throws IOException {
        byte[] content = random(size, size);

        Moved moved = move(content, content);

        assertThat(moved.made).isEqualTo(ByteBuffer.wrap(content));
        assertThat(moved.recipeBytes).isLessThan(10);
    }

    @Test
    @DisplayName("is cut in the same places by every version of Tandem")
    void borders() throws IOException {
        Chunker chunker = new Chunker(new ByteArrayInputStream(random(7, MIB / 4)), new ChunkSizes(14));
        List<Integer> lengths = new ArrayList<>();
        for (Chunk chunk = chunker.next(); chunk != null; chunk = chunker.next()) {
            lengths.add(chunk.lengthBytes());
        }

        assertThat(lengths).isEqualTo(BORDERS);
    }

    /** Both ends must agree on these: a change of them is a change of the protocol. */
    private static final List<Integer> BORDERS = List.of(
            33057, 5332, 18527, 8759, 30937, 17652, 14302, 19266, 9102, 7951, 16606, 34222, 18477, 10615, 17339);

    @Test
    @DisplayName("is described in few enough chunks to be sent, for every size")
    void sizes() {
        assertThat(ChunkSizes.forFile(0).averageBits()).isEqualTo(14);
        assertThat(ChunkSizes.forFile(512L * MIB).averageBytes()).isEqualTo(1 << 16);
        assertThat(ChunkSizes.forFile(1L << 50).averageBits()).isEqualTo(22);
    }

    @Nested
    @DisplayName("from a peer that means harm")
    class Hostile {
        private final byte[] old = random(1, 1000);

        @Test
        @DisplayName("is refused when it copies what is not there")
        void beyond() throws IOException {
            assertRefused(recipe(2 * 10, 995), 10);
            assertRefused(recipe(2 * 10, Long.MAX_VALUE), 10);
        }

        @Test
        @DisplayName("is refused when it is larger or smaller than the key says, before more is written")
        void wrongSize() throws IOException {
            assertRefused(recipe(2 * 11, 0), 10);
            assertRefused(recipe(2 * 9, 0, 0), 10);
            assertRefused(recipe(1), 10);
            assertRefused(recipe(Long.MAX_VALUE), 10);
        }

        @Test
        @DisplayName("is refused when it ends in the middle, and when a number does not end")
        void truncated() throws IOException {
            assertThatThrownBy(() -> apply(recipe(2 * 5, 0), old, 10)).isInstanceOf(EOFException.class);
            assertThatThrownBy(() -> apply(recipe(2 * 5 + 1), old, 10)).isInstanceOf(EOFException.class);
            byte[] endless = new byte[20];
            Arrays.fill(endless, (byte) 0xff);
            assertRefused(endless, 10);
        }

        @Test
        @DisplayName("has no signature of another version, of absurd chunks or of too many")
        void signature() {
            for (byte[] bytes : List.of(
                    new byte[] {2, 14, 0},
                    new byte[] {1, 13, 0},
                    new byte[] {1, 23, 0},
                    new byte[] {1, 14, (byte) 0x81, (byte) 0x80, 0x08},
                    new byte[] {1, 14, 1, 0},
                    new byte[] {1, 14, 1, (byte) 0x81, (byte) 0x80, 0x04})) {
                assertThatThrownBy(() -> Signature.readFrom(new ByteArrayInputStream(bytes)))
                        .isInstanceOf(MalformedException.class);
            }
            assertThatThrownBy(() -> Signature.readFrom(new ByteArrayInputStream(new byte[] {1, 14, 5})))
                    .isInstanceOf(EOFException.class);
        }

        @Test
        @DisplayName("may send anything at all: it ends, with an answer or a refusal")
        void noise() throws IOException {
            Random random = new Random(3);
            for (int i = 0; i < 2000; i++) {
                byte[] bytes = random(random.nextLong(), random.nextInt(60));
                try {
                    assertThat(apply(bytes, old, 100)).hasSize(100);
                } catch (MalformedException | EOFException expected) {
                    assertThat(expected).hasMessageNotContaining("null");
                }
                try {
                    assertThat(Signature.readFrom(new ByteArrayInputStream(bytes))
                                    .chunks())
                            .hasSizeLessThan(60);
                } catch (MalformedException | EOFException expected) {
                    assertThat(expected).isInstanceOf(IOException.class);
                }
            }
        }

        @Test
        @DisplayName("is refused or has the right size, whichever bytes of a good recipe were changed")
        void mutated() throws IOException {
            byte[] content = random(8, 200_000);
            byte[] now = edited(edited(content, new Random(1)), new Random(2));
            Signature signature = Signature.of(new ByteArrayInputStream(content), content.length);
            ByteArrayOutputStream recipe = new ByteArrayOutputStream();
            Recipe.write(new ByteArrayInputStream(now), signature, recipe);
            ByteArrayOutputStream described = new ByteArrayOutputStream();
            signature.writeTo(described);
            Random random = new Random(4);
            for (int i = 0; i < 500; i++) {
                try {
                    assertThat(apply(mutated(recipe.toByteArray(), random), content, now.length))
                            .hasSize(now.length);
                } catch (MalformedException | EOFException refused) {
                    assertThat(refused).isInstanceOf(IOException.class);
                }
                try {
                    Signature read =
                            Signature.readFrom(new ByteArrayInputStream(mutated(described.toByteArray(), random)));
                    ByteArrayOutputStream other = new ByteArrayOutputStream();
                    Recipe.write(new ByteArrayInputStream(now), read, other);
                    assertThat(other.size()).isLessThan(now.length + 1000);
                } catch (MalformedException | EOFException refused) {
                    assertThat(refused).isInstanceOf(IOException.class);
                }
            }
        }

        private byte[] mutated(byte[] bytes, Random random) {
            byte[] changed = bytes.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                changed[random.nextInt(random.nextBoolean() ? Math.min(40, changed.length) : changed.length)] =
                        (byte) random.nextInt();
            }
            return Arrays.copyOf(changed, random.nextInt(5) == 0 ? random.nextInt(changed.length) : changed.length);
        }

        private void assertRefused(byte[] recipe, long size) {
            assertThatThrownBy(() -> apply(recipe, old, size)).isInstanceOf(MalformedException.class);
        }

        private byte[] recipe(long... numbers) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (long number : numbers) {
                Varint.write(out, number);
            }
            return out.toByteArray();
        }
    }
}
