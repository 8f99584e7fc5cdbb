package dev.tandem.gitsync.worktree;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;

/** Reads work files as git blobs: whole, or not at all. */
final class Contents {
    /** Content up to this size is held in memory, so that a file that shrinks cannot break an inserter. */
    static final int MEMORY_BYTES_MAX = 8 << 20;

    /** The file did not stay as it was while it was read. */
    static final class ChangedException extends IOException {
        private static final long serialVersionUID = 1L;

        ChangedException() {
            super("changed while it was read");
        }
    }

    private final Folder folder;
    private final ObjectInserter hash = new ObjectInserter.Formatter();

    Contents(Folder folder) {
        this.folder = folder;
    }

    /** A work file's blob, and how the file stood when it had been read. */
    record Stored(ObjectId id, Stat stat) {}

    /** The blob id of a work file; writes nothing. */
    ObjectId id(String path, Stat stat) throws IOException {
        return read(path, stat, hash, hash).id;
    }

    /** Stores a work file's blob; {@code large} takes what is not held in memory. */
    Stored store(String path, Stat stat, ObjectInserter small, ObjectInserter large) throws IOException {
        return read(path, stat, small, large);
    }

    private Stored read(String path, Stat stat, ObjectInserter small, ObjectInserter large) throws IOException {
        Path file = folder.file(path);
        ObjectId id;
        if (stat.kind() == Stat.Kind.SYMLINK) {
            id = insert(small, Constants.encode(Files.readSymbolicLink(file).toString()));
        } else {
            DirCacheEntry entry = folder.index().entry(path);
            ObjectId tracked = entry == null ? null : entry.getObjectId();
            Optional<byte[]> pointer = folder.filter().clean(path, file, stat.sizeBytes(), tracked);
            if (pointer.isPresent()) {
                id = insert(small, pointer.get());
            } else if (stat.sizeBytes() <= MEMORY_BYTES_MAX) {
                id = insert(small, bytes(file, (int) stat.sizeBytes()));
            } else {
                id = stream(file, stat.sizeBytes(), large);
            }
        }
        Stat after = Stat.of(file);
        if (after == null || !stat.equals(after)) {
            // a second name, given to it on the way, is a change of the inode that leaves the content as it was read
            if (after == null
                    || !stat.equalsButForNames(after)
                    || !folder.filter().hasLinked(file)) {
                throw new ChangedException();
            }
        }
        return new Stored(id, after);
    }

    private ObjectId insert(ObjectInserter inserter, byte[] bytes) throws IOException {
        return inserter == hash ? hash.idFor(Constants.OBJ_BLOB, bytes) : inserter.insert(Constants.OBJ_BLOB, bytes);
    }

    private static byte[] bytes(Path file, int size) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(size);
            if (bytes.length < size || in.read() >= 0) {
                throw new ChangedException();
            }
            return bytes;
        }
    }

    private ObjectId stream(Path file, long size, ObjectInserter large) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return large == hash
                    ? hash.idFor(Constants.OBJ_BLOB, size, in)
                    : large.insert(Constants.OBJ_BLOB, size, in);
        } catch (EOFException e) {
            throw new ChangedException();
        }
    }
}
