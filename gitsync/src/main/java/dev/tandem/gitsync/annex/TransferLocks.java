package dev.tandem.gitsync.annex;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which contents are on their way, told as git-annex tells it: {@code transfer/DIRECTION/UUID/lck.KEY} is locked for as
 * long, and {@code KEY} beside it says since when, and of which file. {@code git annex info} shows these, and no second
 * transfer of the same begins.
 *
 * <p>Thread-safe. A POSIX lock belongs to the process and ends with the first close of its file, so there is one
 * instance for each repository, and it opens no lock file that it holds.
 */
final class TransferLocks {
    /** A lock file that others remove and make anew keeps us from it this often at most. */
    private static final int ATTEMPTS_MAX = 16;

    /** Which way, seen from here. */
    enum Direction {
        DOWNLOAD("download"),
        UPLOAD("upload");

        private final String directory;

        Direction(String directory) {
            this.directory = directory;
        }
    }

    private final Path transfers;
    private final Set<Path> held = new HashSet<>(); // guarded by this; one for each transfer that is under way

    TransferLocks(Path annex) {
        transfers = annex.resolve("transfer");
    }

    /**
     * Says that a transfer is under way, until it is closed; empty if there is one already.
     *
     * @param other the repository at the other end
     * @param path the file whose content it is; empty if that is not known
     */
    synchronized Optional<Closeable> begin(Direction direction, UUID other, Key key, String path) throws IOException {
        Path directory =
                Files.createDirectories(transfers.resolve(direction.directory).resolve(other.toString()));
        Path lock = directory.resolve("lck." + key.file());
        if (held.contains(lock)) {
            return Optional.empty();
        }
        Optional<FileChannel> locked = lock(lock);
        if (locked.isEmpty()) {
            return Optional.empty();
        }
        held.add(lock);
        Path info = directory.resolve(key.file());
        FileChannel channel = locked.get();
        try {
            Instant began = Files.getLastModifiedTime(lock).toInstant();
            String since = began.getEpochSecond() + "." + String.format(Locale.ROOT, "%09d", began.getNano()) + "s";
            Files.writeString(info, since + "\n" + path.replace('\n', ' ') + "\n", StandardCharsets.UTF_8);
        } catch (IOException | RuntimeException failed) {
            end(lock, info, channel);
            throw failed;
        }
        return Optional.of(() -> end(lock, info, channel));
    }

    private static Optional<FileChannel> lock(Path file) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
            Object opened = identity(file);
            if (channel.tryLock() == null) {
                channel.close();
                return Optional.empty();
            }
            // whoever held it before may have removed the file: a lock on that is seen by nobody
            if (opened != null && Objects.equals(opened, identity(file))) {
                return Optional.of(channel);
            }
            channel.close();
        }
        return Optional.empty();
    }

    private static @Nullable Object identity(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException removed) {
            return null;
        }
    }

    private synchronized void end(Path lock, Path info, FileChannel channel) throws IOException {
        if (held.remove(lock)) {
            try (channel) {
                Files.deleteIfExists(info);
                Files.deleteIfExists(lock);
            }
        }
    }

    /** Whether another program receives that content, from whomever. */
    synchronized boolean isReceivedByAnother(Key key) throws IOException {
        Path downloads = transfers.resolve(Direction.DOWNLOAD.directory);
        if (!Files.isDirectory(downloads)) {
            return false;
        }
        try (DirectoryStream<Path> senders = Files.newDirectoryStream(downloads, Files::isDirectory)) {
            for (Path sender : senders) {
                Path lock = sender.resolve("lck." + key.file());
                if (!held.contains(lock) && isLocked(lock)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isLocked(Path file) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock == null;
        } catch (NoSuchFileException e) {
            return false; // it has just ended
        }
    }
}
