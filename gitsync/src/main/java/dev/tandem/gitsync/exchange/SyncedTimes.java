package dev.tandem.gitsync.exchange;

import dev.tandem.gitsync.points.Failpoint;
import dev.tandem.gitsync.repo.FolderRepository;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The modification times that came with pushes and wait for their files to be checked out, in
 * {@code .git/tandem/times}, one file for each pusher: so a crash between receiving and checking out loses none. Not
 * thread-safe.
 */
public final class SyncedTimes {
    private static final Logger LOG = LoggerFactory.getLogger(SyncedTimes.class);

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
                read(file);
            }
        }
    }

    private void read(Path file) throws IOException {
        byte[] block = Files.readAllBytes(file);
        try {
            FileTimes.decode(block)
                    .entries()
                    .forEach(time -> times.put(new Version(time.path(), time.blob()), time.modified()));
        } catch (IOException damaged) {
            LOG.debug("the files of a push get the times of their commits: {}: {}", file, damaged.toString());
        }
    }

    private static Path directory(FolderRepository repository) {
        return repository.git().getDirectory().toPath().resolve("tandem/times");
    }

    static void store(FolderRepository repository, UUID pusher, byte[] block) throws IOException {
        Path directory = Files.createDirectories(directory(repository));
        Path beside = directory.resolve(pusher + ".tmp");
        try (FileChannel out = FileChannel.open(
                beside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(block);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Failpoint.at("times.written");
        Files.move(
                beside,
                directory.resolve(pusher.toString()),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        Failpoint.at("times.placed");
    }

    /** When that content of that file was last modified on the device that pushed it. */
    public Optional<Instant> modified(String path, ObjectId blob) {
        return Optional.ofNullable(times.get(new Version(path, blob.copy())));
    }

    /** Forgets what came from a pusher: its files are checked out. */
    public void clear(UUID pusher) throws IOException {
        Files.deleteIfExists(directory.resolve(pusher.toString()));
        Failpoint.at("times.cleared");
    }
}
