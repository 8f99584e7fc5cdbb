package dev.tandem.gitsync.repo;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;

/**
 * Brings to the disk what JGit does not: the names of refs and packs, whose contents it flushes before it gives them
 * these names, and the contents of packs that were not received but made. What is promised with it is in
 * docs/durability.md.
 */
public final class DurableNames {
    /** Systems write back what is older by themselves, after half a minute or so. */
    private static final Duration WRITTEN_BACK = Duration.ofMinutes(5);

    private DurableNames() {}

    /**
     * Flushes the entries of a directory, if it is there; does nothing where the platform cannot open directories and
     * keeps names in order by itself.
     */
    public static void flush(Path directory) throws IOException {
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (NoSuchFileException e) {
            return; // nobody has made it: nothing in it can be lost
        }
    }

    /**
     * Flushes what names a loose ref: its directories may be as new as it is.
     *
     * @param created whether the ref is new; else only the directory that holds it is flushed
     */
    public static void flushRef(Repository git, String ref, boolean created) throws IOException {
        Path top = git.getDirectory().toPath();
        Path directory = top.resolve(ref).resolveSibling("");
        flush(directory);
        Path refs = top.resolve(Constants.R_REFS);
        for (Path above = directory; created && above.startsWith(refs) && !above.equals(refs); ) {
            above = above.resolveSibling("");
            flush(above);
        }
    }

    /** Flushes the names of packs that were received: JGit flushes what is in those by itself. */
    public static void flushPackNames(Repository git) throws IOException {
        flush(packs(git));
    }

    /**
     * Flushes packs that were written here, which JGit leaves to the system: the newest, and those shortly before it,
     * which a process may have left that ended before it came to this.
     */
    public static void flushPacks(Repository git) throws IOException {
        Map<Path, Instant> written = new HashMap<>();
        try (Stream<Path> files = Files.list(packs(git))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = String.valueOf(file.getFileName());
                if (name.endsWith(".pack") || name.endsWith(".idx")) {
                    modified(file).ifPresent(time -> written.put(file, time));
                }
            }
        }
        Instant newest =
                written.values().stream().max(Comparator.naturalOrder()).orElse(Instant.EPOCH);
        for (Map.Entry<Path, Instant> file : written.entrySet()) {
            if (file.getValue().isAfter(newest.minus(WRITTEN_BACK))) {
                try (FileChannel channel = FileChannel.open(file.getKey(), StandardOpenOption.READ)) {
                    channel.force(false);
                } catch (NoSuchFileException collected) {
                    // What was in it is in a pack that the collection has flushed.
                }
            }
        }
        flushPackNames(git);
    }

    private static Optional<Instant> modified(Path file) throws IOException {
        try {
            return Optional.of(Files.getLastModifiedTime(file).toInstant());
        } catch (NoSuchFileException collected) {
            return Optional.empty();
        }
    }

    private static Path packs(Repository git) {
        return git.getObjectDatabase() instanceof ObjectDirectory objects
                ? objects.getPackDirectory().toPath()
                : git.getDirectory().toPath().resolve("objects").resolve("pack");
    }
}
