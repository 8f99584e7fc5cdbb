package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings file contents to the disk: few one by one, many by one sync of their file system (syncfs(2) through
 * {@code sync -f}, since Java has no call for it), which for 5,000 small files takes a thirtieth of the time.
 */
final class Flush {
    private static final Logger LOG = LoggerFactory.getLogger(Flush.class);
    /** From this many files on the start of a process is cheaper than their flushes. */
    private static final int TOGETHER_MIN = 64;

    private static final long SYNC_SECONDS_MAX = 60;

    private Flush() {}

    static void files(Collection<Path> files) throws IOException {
        if (files.size() >= TOGETHER_MIN && together(files)) {
            return;
        }
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                channel.force(false);
            } catch (NoSuchFileException e) {
                LOG.debug("gone before it was flushed: {}", file); // an object that was packed meanwhile
            }
        }
    }

    private static boolean together(Collection<Path> files) throws IOException {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return false;
        }
        Set<Path> directories = new HashSet<>();
        files.forEach(file -> directories.add(file.resolveSibling(".")));
        Map<Object, Path> byDevice = new HashMap<>();
        for (Path directory : directories) {
            byDevice.put(Files.getAttribute(directory, "unix:dev"), directory);
        }
        for (Path directory : byDevice.values()) {
            if (!sync(directory)) {
                return false;
            }
        }
        return true;
    }

    private static boolean sync(Path directory) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder("sync", "-f", directory.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            LOG.debug("no sync command here, flushing files one by one: {}", e.toString());
            return false;
        }
        try {
            return process.waitFor(SYNC_SECONDS_MAX, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while files were flushed").initCause(e);
        } finally {
            process.destroy();
        }
    }
}
