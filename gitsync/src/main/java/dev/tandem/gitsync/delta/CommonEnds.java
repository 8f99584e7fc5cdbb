package dev.tandem.gitsync.delta;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** How much two files have in common at their beginnings and at their ends. Reads them, in bounded memory. */
final class CommonEnds {
    private static final int BUFFER_BYTES = 1 << 18;

    private CommonEnds() {}

    /** How many bytes from the first on, {@code most} at most. */
    static long begin(FileChannel one, FileChannel two, long most) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(BUFFER_BYTES);
        ByteBuffer second = ByteBuffer.allocate(BUFFER_BYTES);
        for (long at = 0; at < most; ) {
            int size = (int) Math.min(BUFFER_BYTES, most - at);
            int differs = read(one, at, size, first).mismatch(read(two, at, size, second));
            if (differs >= 0) {
                return at + differs;
            }
            at += size;
        }
        return most;
    }

    /** How many bytes before the last, {@code most} at most. */
    static long end(FileChannel one, FileChannel two, long most) throws IOException {
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

    private static ByteBuffer read(FileChannel file, long at, int size, ByteBuffer into) throws IOException {
        into.clear().limit(size);
        while (into.hasRemaining()) {
            if (file.read(into, at + into.position()) < 0) {
                throw new EOFException("a file has become shorter while it was read");
            }
        }
        return into.flip();
    }
}
