package dev.tandem.gitsync.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BulkTest {
    private static final int LARGE = (int) Blocks.LARGE_BYTES_MIN;

    @TempDir
    Path directory;

    private final Random random = new Random(5);

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private Path empty() throws IOException {
        return Files.createFile(directory.resolve("file"));
    }

    private void inPieces(BulkWriter out, byte[] bytes, int from, int to) throws IOException {
        for (int at = from; at < to; ) {
            int size = Math.min(to - at, 1 + random.nextInt(300_000));
            ByteBuffer piece = ByteBuffer.wrap(bytes, at, size);
            assertThat(out.write(piece)).isEqualTo(size);
            assertThat(piece.hasRemaining()).isFalse();
            at += size;
        }
    }

    @ParameterizedTest
    @DisplayName("what is written in pieces of any size, in a file of any size, is what is read")
    @ValueSource(
            ints = {0, 1, 4096, 1 << 20, LARGE - 1, LARGE, LARGE + 1, LARGE + (1 << 20), LARGE + 4097, 2 * LARGE + 77})
    void written(int size) throws IOException {
        byte[] bytes = bytes(size);
        Path file = empty();

        try (BulkWriter out = new BulkWriter(file, 0, size)) {
            inPieces(out, bytes, 0, size);
            out.force();
        }

        assertThat(Arrays.equals(Files.readAllBytes(file), bytes)).isTrue();
        try (InputStream in = BulkReader.stream(file)) {
            assertThat(Arrays.equals(in.readAllBytes(), bytes)).isTrue();
        }
    }

    @Test
    @DisplayName("a file whose size nobody foretold is written past the cache once it has become large")
    void unforeseen() throws IOException {
        byte[] bytes = bytes(LARGE + 3_000_001);
        Path file = empty();

        try (BulkWriter out = new BulkWriter(file, 0, 0)) {
            inPieces(out, bytes, 0, bytes.length);
        }

        assertThat(Arrays.equals(Files.readAllBytes(file), bytes)).isTrue();
    }

    @ParameterizedTest
    @DisplayName("a file that broke off at any byte is continued there")
    @ValueSource(ints = {1, 4096, 1 << 20, 12_345_678, LARGE + 1, LARGE + 4096})
    void continued(int broken) throws IOException {
        byte[] bytes = bytes(LARGE + 5_000_003);
        Path file = empty();
        try (BulkWriter out = new BulkWriter(file, 0, bytes.length)) {
            inPieces(out, bytes, 0, broken);
        }
        assertThat(file).hasSize(broken);

        try (BulkWriter out = new BulkWriter(file, broken, bytes.length)) {
            inPieces(out, bytes, broken, bytes.length);
        }

        assertThat(Arrays.equals(Files.readAllBytes(file), bytes)).isTrue();
    }

    @Test
    @DisplayName("after a flush all that came is there, and writing goes on")
    void flushed() throws IOException {
        byte[] bytes = bytes(LARGE + 999);
        Path file = empty();
        try (BulkWriter out = new BulkWriter(file, 0, bytes.length)) {
            inPieces(out, bytes, 0, 3_333_333);
            out.flush();

            assertThat(file).hasSize(3_333_333);

            inPieces(out, bytes, 3_333_333, bytes.length);
        }
        assertThat(Arrays.equals(Files.readAllBytes(file), bytes)).isTrue();
    }

    @Test
    @DisplayName("a reader reads from any position, forwards and backwards, and nothing behind the end")
    void positions() throws IOException {
        byte[] bytes = bytes(LARGE + 12_345);
        Path file = empty();
        Files.write(file, bytes);

        try (BulkReader in = BulkReader.open(file)) {
            for (int round = 0; round < 200; round++) {
                int at = round % 10 == 0 ? bytes.length - random.nextInt(9000) : random.nextInt(bytes.length);
                ByteBuffer some = ByteBuffer.allocate(1 + random.nextInt(5000));
                int read = in.position(at).read(some);
                if (at == bytes.length) {
                    assertThat(read).isEqualTo(-1);
                } else {
                    assertThat(some.flip()).isEqualTo(ByteBuffer.wrap(bytes, at, read));
                    assertThat(in.position()).isEqualTo(at + read);
                }
            }
            assertThat(in.position(bytes.length).read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(in.size()).isEqualTo(bytes.length);
            assertThatThrownBy(() -> in.write(ByteBuffer.allocate(1))).isInstanceOf(NonWritableChannelException.class);
        }
    }

    @ParameterizedTest
    @DisplayName("a copy is the same, and takes the place of nothing")
    @ValueSource(ints = {0, 70_000, LARGE, LARGE + 5})
    void copied(int size) throws IOException {
        byte[] bytes = bytes(size);
        Path file = empty();
        Files.write(file, bytes);
        Path copy = directory.resolve("copy");

        BulkCopy.copy(file, copy);

        assertThat(Arrays.equals(Files.readAllBytes(copy), bytes)).isTrue();
        assertThatThrownBy(() -> BulkCopy.copy(file, copy)).isInstanceOf(FileAlreadyExistsException.class);
    }
}
