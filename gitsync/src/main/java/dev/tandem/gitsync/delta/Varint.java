package dev.tandem.gitsync.delta;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Numbers from 0 to 2^63-1 in one to nine bytes, seven bits each, the lowest first, the high bit set but on the last.
 */
final class Varint {
    private static final int SHIFT_MAX = 56;

    private Varint() {}

    static void write(OutputStream out, long value) throws IOException {
        long rest = value;
        while (rest > 0x7f) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    static long read(InputStream in) throws IOException {
        long value = 0;
        for (int shift = 0; shift <= SHIFT_MAX; shift += 7) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("ended within a number");
            }
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new MalformedException("a number of more than 63 bits");
    }
}
