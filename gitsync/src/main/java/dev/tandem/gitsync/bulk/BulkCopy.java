package dev.tandem.gitsync.bulk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Copies files: large ones past the page cache, others within the kernel, where it can. */
public final class BulkCopy {
    private BulkCopy() {}

    /**
     * Makes a file with what another holds; not yet flushed.
     *
     * @param to must not be there
     */
    public static void copy(Path from, Path to) throws IOException {
        if (Files.size(from) < Blocks.LARGE_BYTES_MIN) {
            withinKernel(from, to);
            return;
        }
        Files.createFile(to);
        ByteBuffer buffer = ByteBuffer.allocateDirect(Blocks.BUFFER_BYTES);
        try (BulkReader in = BulkReader.open(from);
                BulkWriter out = new BulkWriter(to, 0, in.size())) {
            long size = in.size();
            while (in.read(buffer.clear()) >= 0) {
                out.write(buffer.flip());
            }
            if (in.position() < size) {
                throw shorter(from);
            }
        }
    }

    private static void withinKernel(Path from, Path to) throws IOException {
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long size = in.size();
            for (long at = 0; at < size; ) {
                long copied = in.transferTo(at, size - at, out);
                if (copied <= 0) {
                    throw shorter(from);
                }
                at += copied;
            }
        }
    }

    private static IOException shorter(Path file) {
        return new IOException(file + " has become shorter while it was read");
    }
}
