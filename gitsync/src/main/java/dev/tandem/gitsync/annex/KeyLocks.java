package dev.tandem.gitsync.annex;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who relies on an object staying here, and who is about to remove one: git-annex's locks of version 10, on
 * {@code KEY.lck} beside the object. Shared by all who rely on it, exclusive for the removal.
 *
 * <p>Thread-safe. A POSIX lock belongs to the process and ends with the first close of its file, so there is one
 * instance for each repository, and it opens each lock file once.
 */
final class KeyLocks {
    /** A lock file that others remove and make anew keeps us from it this often at most. */
    private static final int ATTEMPTS_MAX = 16;

    /** A lock file that this process has open. */
    private static final class Holders {
        private final FileChannel channel;
        private final FileLock lock;
        private final boolean removing;
        private int count = 1;

        Holders(FileChannel channel, FileLock lock, boolean removing) {
            this.channel = channel;
            this.lock = lock;
            this.removing = removing;
        }
    }

    private final ObjectFiles files;
    private final Map<Path, Holders> held = new HashMap<>(); // guarded by this; those at work now, so few

    KeyLocks(ObjectFiles files) {
        this.files = files;
    }

    /** Makes the object stay until {@link #release}; false if it is being removed. */
    synchronized boolean hold(Path object) throws IOException {
        Holders holders = held.get(object);
        if (holders == null) {
            return lock(object, false);
        }
        holders.count += holders.removing ? 0 : 1;
        return !holders.removing;
    }

    /** Keeps everybody from relying on the object until {@link #release}; false if somebody does, or removes it. */
    synchronized boolean holdForRemoval(Path object) throws IOException {
        return !held.containsKey(object) && lock(object, true);
    }

    /** Ends one hold, or the removal. */
    synchronized void release(Path object) throws IOException {
        Holders holders = held.get(object);
        if (holders == null || --holders.count > 0) {
            return;
        }
        held.remove(object);
        try (FileChannel channel = holders.channel) {
            // The last one removes the file, as git-annex does; whoever waits for it looks whether it is still the
            // same.
            if (holders.removing) {
                delete(object);
            } else {
                holders.lock.release();
                deleteUnlessUsed(object, channel);
            }
        }
    }

    private void deleteUnlessUsed(Path object, FileChannel channel) throws IOException {
        try (FileLock exclusive = channel.tryLock()) {
            if (exclusive != null) {
                delete(object);
            }
        }
    }

    private void delete(Path object) throws IOException {
        Path directory = object.resolveSibling("");
        if (Files.exists(file(object))) {
            files.opened(directory, () -> Files.deleteIfExists(file(object)));
        }
        files.deleteEmpty(directory);
    }

    private boolean lock(Path object, boolean removing) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            FileChannel channel = open(object);
            Object opened = identity(file(object));
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, !removing);
            if (lock == null) {
                channel.close();
                return false;
            }
            // whoever held it before may have removed the file: a lock on that protects nothing
            Object now = identity(file(object));
            if (now != null && now.equals(opened)) {
                held.put(object, new Holders(channel, lock, removing));
                return true;
            }
            channel.close();
        }
        return false;
    }

    private FileChannel open(Path object) throws IOException {
        FileChannel[] opened = new FileChannel[1];
        files.opened(
                object.resolveSibling(""),
                () -> opened[0] = FileChannel.open(
                        file(object), StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
        return opened[0];
    }

    private static Path file(Path object) {
        return object.resolveSibling(object.getFileName() + ".lck");
    }

    /** The inode; null if there is no such file. */
    private static @Nullable Object identity(Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }
}
