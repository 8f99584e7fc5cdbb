package dev.tandem.gitsync.exchange;

import dev.tandem.gitsync.repo.FolderRepository;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/**
 * When files were last modified: what git does not keep, and a person misses. Travels before the pack.
 *
 * <pre>
 *   u32 length | deflate( u32 count, count × ( UTF path, 20 bytes blob id, i64 milliseconds since 1970 ) )
 * </pre>
 *
 * @param entries for files that the push changes over there
 */
public record FileTimes(List<FileTime> entries) {
    /** No times: the receiver uses those of the commit. */
    public static final FileTimes NONE = new FileTimes(List.of());

    private static final int MAX_ENTRIES = 4_000_000;

    /** What systems take for a path. */
    private static final int MAX_PATH = 4096;

    /** Unpacked: two million files with paths of a hundred characters. A small block may not be blown up to more. */
    private static final long MAX_UNPACKED = 256L << 20;

    private static final int ENTRY_BYTES = 2 + 20 + 8;

    /** One file's time, valid for that content only. */
    public record FileTime(String path, ObjectId blob, Instant modified) {}

    /**
     * The times of what differs between two commits, from the index, which has the true ones.
     *
     * @param head what is pushed
     * @param base what the receiver is believed to hold; empty for all files
     */
    public static FileTimes of(FolderRepository repository, ObjectId head, Optional<ObjectId> base) throws IOException {
        List<FileTime> times = new ArrayList<>();
        DirCache index = repository.git().readDirCache();
        try (RevWalk commits = new RevWalk(repository.git());
                TreeWalk walk = new TreeWalk(repository.git())) {
            walk.addTree(commits.parseTree(head));
            if (base.isPresent()) {
                walk.addTree(commits.parseTree(base.get()));
            } else {
                walk.addTree(new EmptyTreeIterator());
            }
            walk.setRecursive(true);
            walk.setFilter(TreeFilter.ANY_DIFF);
            while (walk.next()) {
                DirCacheEntry entry =
                        walk.getFileMode(0) == FileMode.MISSING ? null : index.getEntry(walk.getPathString());
                if (entry != null && entry.getObjectId().equals(walk.getObjectId(0))) {
                    times.add(new FileTime(walk.getPathString(), walk.getObjectId(0), entry.getLastModifiedInstant()));
                }
            }
        }
        return new FileTimes(times);
    }

    byte[] encode() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
            out.writeInt(entries.size());
            byte[] id = new byte[20];
            for (FileTime time : entries) {
                out.writeUTF(time.path);
                time.blob.copyRawTo(id, 0);
                out.write(id);
                out.writeLong(time.modified.toEpochMilli());
            }
        }
        return bytes.toByteArray();
    }

    /** Undoes {@link #encode}; anything else is an {@link IOException}. */
    static FileTimes decode(byte[] block) throws IOException {
        List<FileTime> times = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(block)))) {
            int count = in.readInt();
            if (count < 0 || count > MAX_ENTRIES) {
                throw new IOException("a block of " + count + " modification times");
            }
            byte[] id = new byte[20];
            long unpacked = 0;
            for (int i = 0; i < count; i++) {
                String path = in.readUTF();
                unpacked += ENTRY_BYTES + path.length();
                if (path.length() > MAX_PATH || unpacked > MAX_UNPACKED) {
                    throw new IOException("a block of modification times that is blown up");
                }
                in.readFully(id);
                times.add(new FileTime(path, ObjectId.fromRaw(id), Instant.ofEpochMilli(in.readLong())));
            }
        } catch (EOFException | DateTimeException malformed) {
            throw new IOException("a malformed block of modification times", malformed);
        }
        return new FileTimes(times);
    }

    void write(OutputStream out) throws IOException {
        byte[] block = encode();
        DataOutputStream data = new DataOutputStream(out);
        data.writeInt(block.length);
        data.write(block);
        data.flush();
    }

    static byte[] readBlock(InputStream in, int most) throws IOException {
        int length = new DataInputStream(in).readInt();
        if (length < 0 || length > most) {
            throw new IOException("a block of modification times of " + length + " bytes");
        }
        byte[] block = in.readNBytes(length);
        if (block.length < length) {
            throw new EOFException("the push broke off before its pack");
        }
        return block;
    }
}
