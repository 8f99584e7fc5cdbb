package dev.tandem.gitsync.delta;

import com.google.common.io.ByteStreams;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.util.Map;

/**
 * How to make the new version: ranges of the old one, and bytes that it has not, in order. Written and read as a
 * stream, in bounded memory.
 *
 * <pre>
 *   each step: varint 2n+0, varint offset   copy n bytes of the old version, n > 0
 *              varint 2n+1, n bytes         these bytes, n > 0
 *   the end:   varint 0
 * </pre>
 */
public final class Recipe {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final long PIECE_BYTES = 32L << 20;

    private Recipe() {}

    /**
     * Writes the recipe for a new version, which is read to its end. Doesn't flush.
     *
     * @param old what the receiver holds, as it said
     * @return how many bytes of the new version the receiver has already
     */
    public static long write(InputStream content, Signature old, OutputStream out) throws IOException {
        long copied = steps(content, old, out);
        Varint.write(out, 0);
        return copied;
    }

    /**
     * The same for a sender that has the old version too: what both have in common at the beginning and at the end is
     * compared, and only what lies between is cut.
     *
     * @param content the new version
     * @param old the version that the signature describes
     */
    public static long write(SeekableByteChannel content, SeekableByteChannel old, Signature held, OutputStream out)
            throws IOException {
        long most = Math.min(content.size(), old.size());
        long begin = begin(content, old, most, out);
        long end = CommonEnds.end(content, old, most - begin);
        content.position(begin);
        InputStream between = ByteStreams.limit(Channels.newInputStream(content), content.size() - begin - end);
        long copied = begin + end + steps(between, held, out);
        if (end > 0) {
            copy(out, old.size() - end, end);
        }
        Varint.write(out, 0);
        return copied;
    }

    /** Told piece by piece: the receiver copies while the rest is compared. */
    private static long begin(SeekableByteChannel content, SeekableByteChannel old, long most, OutputStream out)
            throws IOException {
        long begin = 0;
        while (begin < most) {
            long piece = Math.min(most - begin, PIECE_BYTES);
            long same = CommonEnds.begin(content, old, begin, begin + piece);
            if (same > 0) {
                copy(out, begin, same);
                out.flush();
            }
            begin += same;
            if (same < piece) {
                break;
            }
        }
        return begin;
    }

    private static long steps(InputStream content, Signature old, OutputStream out) throws IOException {
        Map<ChunkHash, Chunk> held = old.byHash();
        Chunker chunker = new Chunker(content, old.sizes());
        long copied = 0;
        long from = 0;
        long length = 0; // of the range that is being gathered: neighbours are one step
        for (Chunk chunk = chunker.next(); chunk != null; chunk = chunker.next()) {
            Chunk same = held.get(chunk.hash());
            if (same != null && same.lengthBytes() != chunk.lengthBytes()) {
                same = null; // no honest signature has that
            }
            if (length > 0 && (same == null || same.offset() != from + length)) {
                copy(out, from, length);
                length = 0;
            }
            if (same == null) {
                Varint.write(out, 2L * chunk.lengthBytes() + 1);
                chunker.writeTo(out);
            } else {
                from = length == 0 ? same.offset() : from;
                length += same.lengthBytes();
                copied += same.lengthBytes();
            }
        }
        if (length > 0) {
            copy(out, from, length);
        }
        return copied;
    }

    private static void copy(OutputStream out, long from, long length) throws IOException {
        Varint.write(out, 2 * length);
        Varint.write(out, from);
    }

    /**
     * Makes the new version. The caller checks its digest before it counts for anything.
     *
     * @param recipe read to its end mark, and not beyond
     * @param old the version that the signature described
     * @param sizeBytes of the new version: more is refused as soon as it is announced
     * @param out gets the new version; what was written stays there if this fails
     * @throws MalformedException if the recipe asks for what is not there, for too much, or for too little
     */
    public static void apply(InputStream recipe, SeekableByteChannel old, long sizeBytes, OutputStream out)
            throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long left = sizeBytes;
        for (long step = Varint.read(recipe); step != 0; step = Varint.read(recipe)) {
            long length = step >>> 1;
            if (length == 0 || length > left) {
                throw new MalformedException("a step of " + length + " bytes where " + left + " are missing");
            }
            if ((step & 1) == 0) {
                copyRange(old, Varint.read(recipe), length, out, buffer);
            } else {
                copyLiteral(recipe, length, out, buffer);
            }
            left -= length;
        }
        if (left > 0) {
            throw new MalformedException("a recipe that ends " + left + " bytes too early");
        }
    }

    private static void copyRange(SeekableByteChannel old, long from, long length, OutputStream out, byte[] buffer)
            throws IOException {
        if (from > old.size() - length) {
            throw new MalformedException("a range beyond the end of the old version");
        }
        old.position(from);
        for (long left = length; left > 0; ) {
            int read = old.read(ByteBuffer.wrap(buffer, 0, (int) Math.min(left, buffer.length)));
            if (read < 0) {
                throw new EOFException("the old version has become shorter");
            }
            out.write(buffer, 0, read);
            left -= read;
        }
    }

    private static void copyLiteral(InputStream recipe, long length, OutputStream out, byte[] buffer)
            throws IOException {
        for (long left = length; left > 0; ) {
            int read = recipe.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read < 0) {
                throw new EOFException("ended within a literal");
            }
            out.write(buffer, 0, read);
            left -= read;
        }
    }
}
