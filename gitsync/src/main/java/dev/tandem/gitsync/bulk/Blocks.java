package dev.tandem.gitsync.bulk;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file opened past the page cache, and the one buffer that goes with it. Positions, lengths and the buffer's address
 * must be multiples of the file system's block.
 */
record Blocks(FileChannel channel, ByteBuffer buffer) {
    /** From this size on a file is large: below, a user's machine has room for it, and it is soon read again. */
    static final long LARGE_BYTES_MIN = 32L << 20;

    /** What is read or written at once. A disk is at its full speed from here on; a multiple of every block size. */
    static final int BUFFER_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Blocks.class);

    /** Null where the file system, or the platform, cannot do that. */
    static @Nullable Blocks open(Path file, OpenOption mode) throws IOException {
        long block = Files.getFileStore(file).getBlockSize();
        if (block <= 0 || block > BUFFER_BYTES || BUFFER_BYTES % block != 0) {
            return null;
        }
        try {
            FileChannel channel = FileChannel.open(file, mode, ExtendedOpenOption.DIRECT);
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES + (int) block)
                    .alignedSlice((int) block)
                    .limit(BUFFER_BYTES)
                    .slice();
            return new Blocks(channel, buffer);
        } catch (IOException | UnsupportedOperationException refused) {
            LOG.debug("{} is opened with the page cache: {}", file, refused.toString());
            return null;
        }
    }
}
