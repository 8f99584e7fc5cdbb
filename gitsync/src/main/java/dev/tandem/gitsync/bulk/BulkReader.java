package dev.tandem.gitsync.bulk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file for reading, past the page cache if it is large. Quick when it is read forwards, or backwards in pieces; the
 * file should not change meanwhile. Belongs to one thread.
 */
public final class BulkReader implements SeekableByteChannel {
    private final FileChannel plain;
    private @Nullable Blocks direct;
    private long position;
    private long window = -1;

    private BulkReader(FileChannel plain) {
        this.plain = plain;
    }

    /** Opens a file, at its beginning. */
    public static BulkReader open(Path file) throws IOException {
        FileChannel plain = FileChannel.open(file, StandardOpenOption.READ);
        BulkReader reader = new BulkReader(plain);
        try {
            if (plain.size() >= Blocks.LARGE_BYTES_MIN) {
                reader.direct = Blocks.open(file, StandardOpenOption.READ);
            }
            return reader;
        } catch (IOException | RuntimeException failed) {
            reader.close();
            throw failed;
        }
    }

    /** The same as a stream, which closes what it reads. */
    public static InputStream stream(Path file) throws IOException {
        return Channels.newInputStream(open(file));
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        Blocks blocks = direct;
        int read = blocks == null ? plain.read(into, position) : read(blocks, into);
        position += Math.max(0, read);
        return read;
    }

    private int read(Blocks blocks, ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        long begin = position - position % Blocks.BUFFER_BYTES;
        ByteBuffer buffer = blocks.buffer();
        if (begin != window) {
            window = -1;
            blocks.channel().read(buffer.clear(), begin);
            buffer.flip();
            window = begin;
        }
        int from = (int) (position - begin);
        if (from >= buffer.limit()) {
            // The end of the file, or an interrupted call that has read less: the page cache knows.
            return plain.read(into, position);
        }
        int size = Math.min(into.remaining(), buffer.limit() - from);
        into.put(into.position(), buffer, from, size);
        into.position(into.position() + size);
        return size;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public BulkReader position(long newPosition) {
        if (newPosition < 0) {
            throw new IllegalArgumentException("a negative position: " + newPosition);
        }
        position = newPosition;
        return this;
    }

    @Override
    public long size() throws IOException {
        return plain.size();
    }

    @Override
    public int write(ByteBuffer from) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return plain.isOpen();
    }

    @Override
    public void close() throws IOException {
        try (plain) {
            if (direct != null) {
                direct.channel().close();
            }
        }
    }
}
