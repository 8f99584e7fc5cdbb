package dev.tandem.gitsync.delta;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream into chunks whose borders move with the content (FastCDC with normalized chunking): an insertion
 * changes the chunks that it touches, and no other.
 *
 * <p>Holds two chunks of the largest size in memory, whatever comes. Belongs to one thread.
 */
public final class Chunker {
    private final InputStream in;
    private final ChunkSizes sizes;
    private final long[] gear = Gear.table();
    private final MessageDigest sha256;
    private final byte[] buffer;
    private int start;
    private int end;
    private boolean ended;
    private long offset;
    private int length;

    /** Cuts all that the stream still has. Doesn't close it. */
    public Chunker(InputStream in, ChunkSizes sizes) {
        this.in = in;
        this.sizes = sizes;
        this.buffer = new byte[2 * sizes.maxBytes()];
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The next chunk; null at the end. */
    public @Nullable Chunk next() throws IOException {
        start += length;
        offset += length;
        length = 0;
        fill();
        if (start == end) {
            return null;
        }
        length = cut(start, Math.min(end - start, sizes.maxBytes()));
        sha256.update(buffer, start, length);
        return new Chunk(offset, length, ChunkHash.of(sha256.digest()));
    }

    /** Writes the bytes of the chunk that {@link #next} returned last. */
    void writeTo(OutputStream out) throws IOException {
        out.write(buffer, start, length);
    }

    private void fill() throws IOException {
        if (ended || end - start >= sizes.maxBytes()) {
            return;
        }
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
        while (end < buffer.length) {
            int read = in.read(buffer, end, buffer.length - end);
            if (read < 0) {
                ended = true;
                return;
            }
            end += read;
        }
    }

    /** How many of the {@code available} bytes the chunk that begins at {@code from} has. */
    private int cut(int from, int available) {
        if (available <= sizes.minBytes()) {
            return available;
        }
        // A border is rarer before the average size and likelier after it: sizes gather around the average.
        int average = Math.min(available, sizes.averageBytes());
        long rarer = mask(sizes.averageBits() + 1);
        long likelier = mask(sizes.averageBits() - 1);
        byte[] bytes = buffer;
        long[] table = gear;
        long hash = 0;
        int i = sizes.minBytes();
        for (; i < average; i++) {
            hash = (hash << 1) + table[bytes[from + i] & 0xff];
            if ((hash & rarer) == 0) {
                return i + 1;
            }
        }
        for (; i < available; i++) {
            hash = (hash << 1) + table[bytes[from + i] & 0xff];
            if ((hash & likelier) == 0) {
                return i + 1;
            }
        }
        return available;
    }

    /** The topmost bits: those that most of the last 64 bytes have a part in. */
    private static long mask(int bits) {
        return -1L << (Long.SIZE - bits);
    }
}
