package dev.tandem.gitsync.exchange;

import dev.tandem.gitsync.repo.FolderRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The modification times that came with pushes and wait for their files to be checked out, in
 * {@code .git/tandem/times}, one file for each pusher: so a crash between receiving and checking out loses none. Not
 * thread-safe.
 */
public final class SyncedTimes {
    private record Version(String path, ObjectId blob) {}

    private final Path directory;
    private final Map<Version, Instant> times = new HashMap<>();

    /** Reads what waits in that repository; a file that cannot be read counts as empty, and is said in the log. */
    public SyncedTimes(FolderRepository repository) throws IOException {
        directory = directory(repository);
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> !f.toString().endsWith(".tmp")).toList()) {
                for (FileTimes.FileTime time :
                        FileTimes.decode(Files.readAllBytes(file)).entries()) {
                    times.put(new Version(time.path(), time.blob()), time.modified());
                }
            }
        }
    }

    private static Path directory(FolderRepository repository) {
        return repository.git().getDirectory().toPath().resolve("tandem/times");
    }

    static void store(FolderRepository repository, UUID pusher, byte[] block) throws IOException {
        Path directory = Files.createDirectories(directory(repository));
        Path beside = directory.resolve(pusher + ".tmp");
        Files.write(beside, block);
        Files.move(
                beside,
                directory.resolve(pusher.toString()),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** When that content of that file was last modified on the device that pushed it. */
    public Optional<Instant> modified(String path, ObjectId blob) {
        return Optional.ofNullable(times.get(new Version(path, blob.copy())));
    }

    /** Forgets what came from a pusher: its files are checked out. */
    public void clear(UUID pusher) throws IOException {
        Files.deleteIfExists(directory.resolve(pusher.toString()));
    }
}
