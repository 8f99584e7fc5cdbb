package dev.tandem.gitsync.repo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;

/**
 * Writes git's configuration as git does, under {@code config.lock}, and brings it to the disk before it gets its name,
 * which JGit does not: after a power cut it would be there and empty, and the folder no repository any more.
 */
public final class DurableConfig {
    private DurableConfig() {}

    /**
     * Replaces {@code .git/config} by what was set; durable when it returns.
     *
     * @throws IOException if it cannot be written, or another program is writing it: then it is as it was
     */
    public static void save(Repository git, StoredConfig config) throws IOException {
        Path file = git.getDirectory().toPath().resolve("config").toRealPath();
        var unused = OwnLocks.noted(git, OwnLocks.CONFIG, () -> replace(git, config, file));
    }

    private static Path replace(Repository git, StoredConfig config, Path file) throws IOException {
        Path lock = git.getDirectory().toPath().resolve("config.lock");
        try (FileChannel out = FileChannel.open(lock, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(config.toText());
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        } catch (FileAlreadyExistsException busy) {
            throw new IOException(
                    "git's configuration is being written by another program: nothing was changed; try again; if no git"
                            + " runs there, delete " + lock,
                    busy);
        }
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(lock, Files.getPosixFilePermissions(file));
            }
            Files.move(lock, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(lock);
        }
        DurableNames.flush(file.resolveSibling(""));
        return file;
    }
}
