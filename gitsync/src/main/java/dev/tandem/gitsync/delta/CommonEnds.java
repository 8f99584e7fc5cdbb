package dev.tandem.gitsync.delta;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/** How much two files have in common at their beginnings and at their ends. Reads them, in bounded memory. */
final class CommonEnds {
    private static final int BUFFER_BYTES = 1 << 18;

    private CommonEnds() {}

    /** How many bytes from a position on, up to {@code most}, a position too. */
    static long begin(SeekableByteChannel one, SeekableByteChannel two, long from, long most) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(BUFFER_BYTES);
        ByteBuffer second = ByteBuffer.allocate(BUFFER_BYTES);
        for (long at = from; at < most; ) {
            int size = (int) Math.min(BUFFER_BYTES, most - at);
            int differs = read(one, at, size, first).mismatch(read(two, at, size, second));
            if (differs >= 0) {
                return at + differs - from;
            }
            at += size;
        }
        return most - from;
    }

    /** How many bytes before the last, {@code most} at most. */
    static long end(SeekableByteChannel one, SeekableByteChannel two, long most) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(BUFFER_BYTES);
        ByteBuffer second = ByteBuffer.allocate(BUFFER_BYTES);
        for (long same = 0; same < most; ) {
            int size = (int) Math.min(BUFFER_BYTES, most - same);
            read(one, one.size() - same - size, size, first);
            read(two, two.size() - same - size, size, second);
            if (!first.equals(second)) {
                int last = size - 1;
                while (first.get(last) == second.get(last)) {
                    last--;
                }
                return same + size - 1 - last;
            }
            same += size;
        }
        return most;
    }

    private static ByteBuffer read(SeekableByteChannel file, long at, int size, ByteBuffer into) throws IOException {
        into.clear().limit(size);
        file.position(at);
        while (into.hasRemaining()) {
            if (file.read(into) < 0) {
                throw new EOFException("a file has become shorter while it was read");
            }
        }
        return into.flip();
    }
}
