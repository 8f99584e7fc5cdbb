package dev.tandem.gitsync.annex;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The files of contents that are on their way here. While one comes, its file is where git-annex does not look, because
 * that opens and shortens what it finds in {@code .git/annex/tmp} even when another writes to it; when the transfer
 * breaks off, the file goes there, so that either program can continue it. Thread-safe.
 */
final class Incoming {
    /** What nobody has continued for that long is not wanted any more. */
    private static final Duration AGE_MAX = Duration.ofDays(30);

    private final Path ours;
    private final Path shared;
    private final Path transfers;
    private final Set<Key> coming = new HashSet<>(); // guarded by this; one for each transfer that is under way

    Incoming(Path annex) {
        ours = annex.resolve("tandem-tmp");
        shared = annex.resolve("tmp");
        transfers = annex.resolve("transfer").resolve("download");
    }

    /** The file to go on with, there or not; empty if another transfer of that content is under way here. */
    synchronized Optional<Path> begin(Key key) throws IOException {
        if (coming.contains(key) || isReceivedByGitAnnex(key)) {
            return Optional.empty();
        }
        Path file = Files.createDirectories(ours).resolve(key.file());
        Path left = shared.resolve(key.file());
        if (Files.isRegularFile(left) && (!Files.exists(file) || Files.size(file) < Files.size(left))) {
            Files.move(left, file, StandardCopyOption.REPLACE_EXISTING);
        }
        if (Files.exists(file)) {
            ObjectFiles.makeWritable(file); // it may have come whole, and not have become an object
        }
        coming.add(key);
        return Optional.of(file);
    }

    /** Leaves what has come for the next one, unless it became an object or was thrown away. */
    synchronized void end(Key key) throws IOException {
        coming.remove(key);
        Path file = ours.resolve(key.file());
        Path left = Files.createDirectories(shared).resolve(key.file());
        if (Files.exists(file) && !Files.exists(left)) {
            Files.move(file, left);
        }
    }

    /** It holds a lock for each content and the repository from which it comes. */
    private boolean isReceivedByGitAnnex(Key key) throws IOException {
        if (!Files.isDirectory(transfers)) {
            return false;
        }
        try (DirectoryStream<Path> senders = Files.newDirectoryStream(transfers, Files::isDirectory)) {
            for (Path sender : senders) {
                if (isLocked(sender.resolve("lck." + key.file()))) {
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

    /** Removes what nobody will continue. */
    synchronized void forgetOld(Instant now) throws IOException {
        FileTime oldest = FileTime.from(now.minus(AGE_MAX));
        for (Path directory : Set.of(ours, shared)) {
            if (Files.isDirectory(directory)) {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, Files::isRegularFile)) {
                    for (Path file : files) {
                        if (Files.getLastModifiedTime(file).compareTo(oldest) < 0) {
                            Files.deleteIfExists(file);
                        }
                    }
                }
            }
        }
    }
}
