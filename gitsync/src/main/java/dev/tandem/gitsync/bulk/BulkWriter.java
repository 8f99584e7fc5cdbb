package dev.tandem.gitsync.bulk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a file from some position to its end, past the page cache once it is large. Holds up to one buffer back; it is
 * all there after {@link #flush}. Belongs to one thread.
 */
public final class BulkWriter implements WritableByteChannel {
    private static final Logger LOG = LoggerFactory.getLogger(BulkWriter.class);

    private final Path file;
    private final FileChannel plain;
    private final long expectedBytes;
    private @Nullable Blocks direct;
    private boolean refused;
    /** Of the next byte that goes to the file; what the buffer holds comes from here on. */
    private long position;

    /**
     * Goes on with a file that is there.
     *
     * @param from where the next byte belongs
     * @param expectedBytes how large the file will be, if that is known; 0 if not
     */
    public BulkWriter(Path file, long from, long expectedBytes) throws IOException {
        this.file = file;
        plain = FileChannel.open(file, StandardOpenOption.WRITE);
        this.expectedBytes = expectedBytes;
        position = from;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int size = from.remaining();
        while (from.hasRemaining()) {
            Blocks blocks = position % Blocks.BUFFER_BYTES == 0 ? blocks() : null;
            if (blocks == null) {
                plainly(from);
                continue;
            }
            ByteBuffer buffer = blocks.buffer();
            int part = Math.min(from.remaining(), buffer.remaining());
            buffer.put(buffer.position(), from, from.position(), part);
            buffer.position(buffer.position() + part);
            from.position(from.position() + part);
            if (!buffer.hasRemaining()) {
                whole(blocks, buffer.flip());
            }
        }
        return size;
    }

    /** Up to the next position at which whole buffers may begin. */
    private void plainly(ByteBuffer from) throws IOException {
        int limit = from.limit();
        if (isLarge()) {
            long left = Blocks.BUFFER_BYTES - position % Blocks.BUFFER_BYTES;
            from.limit((int) Math.min(limit, from.position() + left));
        }
        try {
            while (from.hasRemaining()) {
                position += plain.write(from, position);
            }
        } finally {
            from.limit(limit);
        }
    }

    private @Nullable Blocks blocks() throws IOException {
        if (isLarge() && direct == null && !refused) {
            direct = Blocks.open(file, StandardOpenOption.WRITE);
            refused = direct == null;
        }
        return direct;
    }

    private boolean isLarge() {
        return Math.max(position, expectedBytes) >= Blocks.LARGE_BYTES_MIN;
    }

    private void whole(Blocks blocks, ByteBuffer buffer) throws IOException {
        try {
            while (buffer.hasRemaining()) {
                position += blocks.channel().write(buffer, position);
            }
        } catch (IOException failed) {
            // Some file systems refuse only now. A full disk says so again, here.
            LOG.debug("{} is written with the page cache: {}", file, failed.toString());
            direct = null;
            refused = true;
            blocks.channel().close();
            plainly(buffer);
        }
        buffer.clear();
    }

    /** Hands all that came to the system. What comes afterwards goes on from there. */
    public void flush() throws IOException {
        Blocks blocks = direct;
        if (blocks != null && blocks.buffer().position() > 0) {
            ByteBuffer rest = blocks.buffer().flip();
            try {
                while (rest.hasRemaining()) {
                    position += plain.write(rest, position);
                }
            } finally {
                blocks.buffer().clear();
            }
        }
    }

    /** Brings all that came to the disk. */
    public void force() throws IOException {
        flush();
        plain.force(true);
    }

    @Override
    public boolean isOpen() {
        return plain.isOpen();
    }

    @Override
    public void close() throws IOException {
        try (plain) {
            if (isOpen()) {
                flush();
            }
        } finally {
            if (direct != null) {
                direct.channel().close();
            }
        }
    }
}
