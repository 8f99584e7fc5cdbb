package dev.tandem.gitsync.annex;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

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
    private final TransferLocks transfers;
    private final Map<Key, Closeable> coming = new HashMap<>(); // guarded by this; one for each transfer under way

    Incoming(Path annex, TransferLocks transfers) {
        ours = annex.resolve("tandem-tmp");
        shared = annex.resolve("tmp");
        this.transfers = transfers;
    }

    /**
     * The file to go on with, there or not; empty if another transfer of that content is under way here.
     *
     * @param from the repository that sends it, which git-annex is told of; empty if none does
     * @param path the file whose content it is
     */
    synchronized Optional<Path> begin(Key key, Optional<UUID> from, String path) throws IOException {
        if (coming.containsKey(key) || transfers.isReceivedByAnother(key)) {
            return Optional.empty();
        }
        Optional<Closeable> lock = from.isEmpty()
                ? Optional.of(() -> {})
                : transfers.begin(TransferLocks.Direction.DOWNLOAD, from.get(), key, path);
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path file = begin(key);
            coming.put(key, lock.get());
            return Optional.of(file);
        } catch (IOException | RuntimeException failed) {
            lock.get().close();
            throw failed;
        }
    }

    private Path begin(Key key) throws IOException {
        Path file = Files.createDirectories(ours).resolve(key.file());
        Path left = shared.resolve(key.file());
        if (Files.isRegularFile(left) && (!Files.exists(file) || Files.size(file) < Files.size(left))) {
            Files.move(left, file, StandardCopyOption.REPLACE_EXISTING);
        }
        if (Files.exists(file)) {
            ObjectFiles.makeWritable(file); // it may have come whole, and not have become an object
        }
        return file;
    }

    /** Leaves what has come for the next one, unless it became an object or was thrown away. */
    synchronized void end(Key key) throws IOException {
        Closeable lock = coming.remove(key);
        try (lock) {
            Path file = ours.resolve(key.file());
            Path left = Files.createDirectories(shared).resolve(key.file());
            if (Files.exists(file) && !Files.exists(left)) {
                Files.move(file, left);
            }
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
