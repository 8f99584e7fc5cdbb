package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.jspecify.annotations.Nullable;

/**
 * What the file system says of one path, links not followed.
 *
 * @param sizeBytes for a link the length of its target
 * @param changedMillis the inode's change time (ctime), which no program can set; 0 where the system has none
 * @param inode 0 where the system has none
 */
record Stat(Kind kind, long sizeBytes, Instant modified, long changedMillis, long inode) {
    enum Kind {
        FILE,
        EXECUTABLE,
        SYMLINK,
        DIRECTORY,
        OTHER
    }

    private static final int TYPE = 0170000;
    private static final int OWNER_EXECUTES = 0100;
    /** How far apart two changes must be to get different times: the kernel's tick with a margin ... */
    private static final Duration FINE = Duration.ofMillis(50);
    /** ... or, for a time without a fraction, the two seconds of the coarsest file systems. */
    private static final Duration COARSE = Duration.ofSeconds(2);

    /** Null if there is nothing at that path. */
    static @Nullable Stat of(Path path) throws IOException {
        try {
            return path.getFileSystem().supportedFileAttributeViews().contains("unix") ? unix(path) : basic(path);
        } catch (NoSuchFileException e) {
            return null;
        } catch (FileSystemException e) {
            if ("Not a directory".equals(e.getReason())) {
                return null;
            }
            throw e;
        }
    }

    private static Stat unix(Path path) throws IOException {
        Map<String, Object> found =
                Files.readAttributes(path, "unix:size,mode,lastModifiedTime,ctime,ino", LinkOption.NOFOLLOW_LINKS);
        int mode = attribute(found, "mode", Integer.class);
        Kind kind = switch (mode & TYPE) {
            case FileMode.TYPE_TREE -> Kind.DIRECTORY;
            case FileMode.TYPE_SYMLINK -> Kind.SYMLINK;
            case FileMode.TYPE_FILE -> (mode & OWNER_EXECUTES) != 0 ? Kind.EXECUTABLE : Kind.FILE;
            default -> Kind.OTHER;
        };
        return new Stat(
                kind,
                attribute(found, "size", Long.class),
                attribute(found, "lastModifiedTime", FileTime.class).toInstant(),
                attribute(found, "ctime", FileTime.class).toMillis(),
                attribute(found, "ino", Long.class));
    }

    private static <T> T attribute(Map<String, Object> found, String name, Class<T> type) {
        return type.cast(Objects.requireNonNull(found.get(name), name));
    }

    private static Stat basic(Path path) throws IOException {
        BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Kind kind = found.isDirectory()
                ? Kind.DIRECTORY
                : found.isSymbolicLink() ? Kind.SYMLINK : found.isRegularFile() ? Kind.FILE : Kind.OTHER;
        return new Stat(kind, found.size(), found.lastModifiedTime().toInstant(), 0, 0);
    }

    /** Equal, except perhaps for the change time, which a new name of the inode changes too. */
    boolean equalsButForNames(Stat other) {
        return equals(new Stat(other.kind, other.sizeBytes, other.modified, changedMillis, other.inode));
    }

    boolean isFile() {
        return kind == Kind.FILE || kind == Kind.EXECUTABLE;
    }

    /** Whether git can hold it: a file or a link. */
    boolean isContent() {
        return isFile() || kind == Kind.SYMLINK;
    }

    boolean isDirectory() {
        return kind == Kind.DIRECTORY;
    }

    /**
     * The mode to commit; where the file system has no executable bit ({@code trustMode} false) the tracked one stays.
     */
    FileMode mode(boolean trustMode, @Nullable DirCacheEntry tracked) {
        if (kind == Kind.SYMLINK) {
            return FileMode.SYMLINK;
        }
        if (!trustMode) {
            boolean executable = tracked != null && FileMode.EXECUTABLE_FILE.equals(tracked.getRawMode());
            return executable ? FileMode.EXECUTABLE_FILE : FileMode.REGULAR_FILE;
        }
        return kind == Kind.EXECUTABLE ? FileMode.EXECUTABLE_FILE : FileMode.REGULAR_FILE;
    }

    /** Whether the time may come from a file system that counts whole seconds. */
    static boolean isCoarse(Instant modified) {
        return modified.equals(modified.truncatedTo(ChronoUnit.SECONDS));
    }

    /** Whether a later change could still get the same modification time as the one seen at {@code looked}. */
    static boolean racy(Instant modified, Instant looked) {
        return modified.plus(isCoarse(modified) ? COARSE : FINE).isAfter(looked);
    }

    /** True if this is provably what {@code entry} records. */
    boolean matches(DirCacheEntry entry, Instant indexWritten, boolean trustMode) {
        return !entry.isSmudged()
                && mode(trustMode, entry).equals(entry.getRawMode())
                && entry.getLength() == (int) sizeBytes
                && entry.getLastModifiedInstant().equals(modified)
                && (entry.getCreationTime() == 0 || changedMillis == 0 || entry.getCreationTime() == changedMillis)
                && !racy(modified, indexWritten);
    }

    /** Records this in an index entry, as unknown if it was seen too early to be relied upon. */
    void recordIn(DirCacheEntry entry, Instant looked) {
        entry.setLastModified(modified);
        entry.setCreationTime(changedMillis);
        entry.setLength(sizeBytes);
        if (racy(modified, looked)) {
            entry.smudgeRacilyClean();
        }
    }
}
