package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;

/**
 * What one look at a path told, without reading it.
 *
 * @param mode as git has it: file, executable, link or tree; {@code MISSING} for what git does not keep (sockets,
 *     pipes)
 * @param changed when the inode last changed; it cannot be set back, so it tells whether a look is still good
 * @param key the inode
 */
record FileState(FileMode mode, long size, Instant modified, Instant changed, Object key) {
    /** No file system's clock is coarser than this, but those that count in whole seconds. */
    private static final Duration TICK = Duration.ofMillis(20);

    private static final Duration COARSE_TICK = Duration.ofSeconds(2);
    private static final int ANY_EXECUTE = 0b001_001_001;
    private static final int TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int LINK = 0120000;
    private static final int DIRECTORY = 0040000;

    /** Looks at a path, following no link at its end; empty if nothing is there. */
    static Optional<FileState> of(Path path) throws IOException {
        Map<String, Object> unix;
        try {
            unix = Files.readAttributes(
                    path, "unix:mode,size,lastModifiedTime,ctime,fileKey", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        } catch (FileSystemException other) {
            if (String.valueOf(other.getReason()).contains("Not a directory")) {
                return Optional.empty(); // a file is where a directory of its path was
            }
            throw other;
        }
        return Optional.of(new FileState(
                mode(attribute(unix, "mode", Integer.class)),
                attribute(unix, "size", Long.class),
                attribute(unix, "lastModifiedTime", FileTime.class).toInstant(),
                attribute(unix, "ctime", FileTime.class).toInstant(),
                attribute(unix, "fileKey", Object.class)));
    }

    private static <T> T attribute(Map<String, Object> attributes, String name, Class<T> type) {
        return Objects.requireNonNull(type.cast(attributes.get(name)), name);
    }

    private static FileMode mode(int bits) {
        return switch (bits & TYPE) {
            case DIRECTORY -> FileMode.TREE;
            case LINK -> FileMode.SYMLINK;
            case REGULAR -> (bits & ANY_EXECUTE) == 0 ? FileMode.REGULAR_FILE : FileMode.EXECUTABLE_FILE;
            default -> FileMode.MISSING;
        };
    }

    boolean isDirectory() {
        return mode == FileMode.TREE;
    }

    boolean isFileOrLink() {
        return mode != FileMode.TREE && mode != FileMode.MISSING;
    }

    /**
     * Whether the file certainly is what the index says, without reading it. {@code indexed} is when that was written.
     */
    boolean matches(DirCacheEntry entry, Instant indexed) {
        return !entry.isSmudged()
                && entry.getFileMode() == mode
                && entry.getLength() == (int) size
                && entry.getLastModifiedInstant().equals(modified)
                && changed.plus(tick()).isBefore(indexed);
    }

    /** Whether a later edit could leave size and time as they are, because the clock has not moved on yet. */
    boolean isRacy(Instant now) {
        return !modified.plus(tick()).isBefore(now);
    }

    private Duration tick() {
        return modified.getNano() == 0 ? COARSE_TICK : TICK;
    }
}
