package dev.tandem.gitsync.repo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.util.SystemReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a garbage collection leaves behind that was killed with its process: {@code gc.pid}, which says whose it was,
 * and {@code gc.log.lock}, with which no other one ever begins, so that packs pile up.
 */
final class KilledCollection {
    private static final Logger LOG = LoggerFactory.getLogger(KilledCollection.class);

    private KilledCollection() {}

    /** Removes both if that process was of this computer and is gone; what another one may be at is left alone. */
    static void clear(Repository git) throws IOException {
        Path directory = git.getDirectory().toPath();
        Path pid = directory.resolve("gc.pid");
        String[] words;
        try {
            words = Files.readString(pid, StandardCharsets.UTF_8).strip().split(" ", 2);
        } catch (NoSuchFileException none) {
            return;
        }
        if (words.length == 2
                && words[0].matches("[0-9]{1,18}")
                && words[1].equals(SystemReader.getInstance().getHostname())
                && ProcessHandle.of(Long.parseLong(words[0])).isEmpty()) {
            LOG.debug("process {} was killed at collecting garbage in {}", words[0], directory);
            Files.deleteIfExists(directory.resolve("gc.log.lock"));
            Files.deleteIfExists(pid);
        }
    }
}
