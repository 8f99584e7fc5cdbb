package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Copies that share their blocks with the original until one of both is written to: on file systems that can do so they
 * take no time and no room. Java has no call for it, so cp(1) does it.
 */
final class Reflink {
    private static final Set<String> ABLE = Set.of("btrfs", "xfs", "bcachefs", "zfs", "ocfs2");
    /** Below this, starting a process takes longer than copying. */
    private static final long BYTES_MIN = 8L << 20;

    private static final long SECONDS_MAX = 60;

    private Reflink() {}

    /** Whether it could be done; if not, nothing is at {@code to}. */
    static boolean copy(Path from, Path to) throws IOException {
        if (Files.size(from) < BYTES_MIN
                || !ABLE.contains(Files.getFileStore(from).type())) {
            return false;
        }
        Process process = new ProcessBuilder(
                        "cp", "--reflink=always", "--no-preserve=all", "--", from.toString(), to.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (process.waitFor(SECONDS_MAX, TimeUnit.SECONDS) && process.exitValue() == 0) {
                return true;
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while a file was copied").initCause(stopping);
        } finally {
            process.destroy();
        }
        Files.deleteIfExists(to);
        return false;
    }
}
