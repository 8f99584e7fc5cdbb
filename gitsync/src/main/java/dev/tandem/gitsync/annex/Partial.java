package dev.tandem.gitsync.annex;

import dev.tandem.gitsync.points.Failpoint;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A content on its way here. When it breaks off, what has come lies where git-annex keeps its own, so that each
 * continues what the other has begun. Bytes come in order; it becomes an object only when it is whole and right.
 *
 * <p>Belongs to one thread. Closing it keeps what has come.
 */
public final class Partial implements Closeable {
    private static final int BUFFER_BYTES = 1 << 18;

    private final ContentStore store;
    private final Key key;
    private final Path file;
    private final FileChannel channel;
    private final ContentDigest digest;
    private boolean ended;

    private Partial(ContentStore store, Key key, Path file, FileChannel channel) {
        this.store = store;
        this.key = key;
        this.file = file;
        this.channel = channel;
        this.digest = ContentDigest.of(key);
    }

    static Partial open(ContentStore store, Key key, Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        Partial partial = new Partial(store, key, file, channel);
        try {
            partial.readWhatCame();
            return partial;
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    private void readWhatCame() throws IOException {
        if (channel.size() > limit()) {
            channel.truncate(0);
        }
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (channel.read(buffer.clear()) >= 0) {
            digest.update(buffer.flip());
        }
    }

    private long limit() {
        return key.sizeBytes().orElse(Long.MAX_VALUE);
    }

    /** What it will be the content of. */
    public Key key() {
        return key;
    }

    /** How many bytes have come: the offset to ask for. */
    public long bytes() {
        return digest.bytes();
    }

    /**
     * Takes the next bytes.
     *
     * @throws WrongContentException if that is more than the content has; all that came is then thrown away
     */
    public void write(ByteBuffer next) throws IOException {
        if (next.remaining() > limit() - bytes()) {
            discard();
            throw new WrongContentException(key, "more than " + limit() + " bytes");
        }
        digest.update(next.duplicate());
        while (next.hasRemaining()) {
            channel.write(next);
        }
    }

    /** Takes what is written to it as the next bytes. Closing it does nothing. */
    public OutputStream stream() {
        return new OutputStream() {
            @Override
            public void write(int single) throws IOException {
                write(new byte[] {(byte) single}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                Partial.this.write(ByteBuffer.wrap(bytes, from, length));
            }
        };
    }

    /**
     * Makes it an object, durable on disk. Afterwards this is closed.
     *
     * @throws WrongContentException if it is not the key's content; all that came is then thrown away
     * @throws IOException if it cannot be stored; what has come is kept
     */
    public void finish() throws IOException {
        if (channel.size() != bytes()) { // a write has failed, and was not heeded
            throw new IOException("not all that came for " + key + " could be written; free some space and try again");
        }
        Optional<String> mismatch = digest.mismatch();
        if (mismatch.isPresent()) {
            discard();
            throw new WrongContentException(key, mismatch.get());
        }
        Failpoint.at("store.came");
        channel.force(true);
        Failpoint.at("store.flushed");
        ended = true;
        channel.close();
        try {
            store.place(key, file);
        } finally {
            store.closed(key);
        }
    }

    /** Throws away what has come, and closes this. */
    public void discard() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
        close();
    }

    /** Keeps what has come, for the next attempt. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (!ended) {
            ended = true;
            store.closed(key);
        }
    }
}
