package dev.tandem.gitsync.annex;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that come from somewhere and may become an object: hashed and written once, as they pass. A few are held in
 * memory, more go to a file. Belongs to one thread.
 */
final class Spool implements Closeable {
    /** Up to this many bytes no file is made: most files of a folder are small, and most of these stay in git. */
    static final int MEMORY_BYTES_MAX = 1 << 16;

    private final ContentStore store;
    private final String backend;
    private final MessageDigest digest;
    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private @Nullable Path file;
    private @Nullable FileChannel channel;
    private long bytes;

    /** Bytes whose key is made as the backend does it. */
    Spool(ContentStore store, String backend) {
        this.store = store;
        this.backend = backend;
        this.digest = ContentDigest.digest(Key.digestOf(backend).orElseThrow());
    }

    void write(ByteBuffer next) throws IOException {
        digest.update(next.duplicate());
        bytes += next.remaining();
        if (bytes <= MEMORY_BYTES_MAX) {
            byte[] few = new byte[next.remaining()];
            next.get(few);
            memory.writeBytes(few);
        } else {
            FileChannel out = toFile();
            while (next.hasRemaining()) {
                out.write(next);
            }
        }
    }

    private FileChannel toFile() throws IOException {
        if (channel == null) {
            file = store.temporary();
            channel = FileChannel.open(file, StandardOpenOption.WRITE);
            ByteBuffer first = ByteBuffer.wrap(memory.toByteArray());
            while (first.hasRemaining()) {
                channel.write(first);
            }
            memory.reset();
        }
        return channel;
    }

    long bytes() {
        return bytes;
    }

    /** All bytes that came; only while there are at most {@link #MEMORY_BYTES_MAX}. */
    byte[] toByteArray() {
        if (bytes > MEMORY_BYTES_MAX) {
            throw new IllegalStateException("more than is held in memory");
        }
        return memory.toByteArray();
    }

    void copyTo(OutputStream out) throws IOException {
        if (file == null) {
            memory.writeTo(out);
        } else {
            try (InputStream in = Files.newInputStream(file)) {
                in.transferTo(out);
            }
        }
    }

    /** Makes the bytes an object, unless it is there already, and names it. No more bytes may come. */
    Key keep(String name, boolean executable) throws IOException {
        Key key = Key.of(backend, bytes, HexFormat.of().formatHex(digest.digest()), name);
        if (!store.has(key)) {
            FileChannel out = toFile();
            if (executable) {
                store.makeExecutable(file());
            }
            out.force(true);
            store.place(key, file());
        }
        return key;
    }

    private Path file() {
        if (file == null) {
            throw new IllegalStateException("not in a file");
        }
        return file;
    }

    @Override
    public void close() throws IOException {
        if (channel != null && file != null) {
            channel.close();
            Files.deleteIfExists(file);
        }
    }
}
