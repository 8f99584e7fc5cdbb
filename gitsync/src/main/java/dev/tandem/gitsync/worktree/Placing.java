package dev.tandem.gitsync.worktree;

import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.points.Failpoint;
import dev.tandem.gitsync.worktree.WorkTree.Times;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.jspecify.annotations.Nullable;

/** Puts new contents beside their places, whole and flushed, and then into them. */
final class Placing {
    /** A received file is made to look at least this old, so that an edit right after has another time. */
    private static final Duration SEEN_AFTER = Duration.ofMillis(150);
    /** A sender's time further ahead than this is kept: to change it would be to change what the user sees. */
    private static final Duration AHEAD_MAX = Duration.ofMillis(800);

    private record Prepared(Path file, Stat stat) {}

    private final Folder folder;
    private final Times times;
    private final Instant committed;
    private final String mark = SafePath.TEMP + UUID.randomUUID() + "-";
    private final Map<String, Prepared> prepared = new HashMap<>();
    private final Set<Path> touched = new HashSet<>();

    Placing(Folder folder, Times times, Instant committed) {
        this.folder = folder;
        this.times = times;
        this.committed = committed;
    }

    /** Writes the content beside its place; durable after {@link #flush}. */
    void prepare(ObjectReader reader, String path, FileMode mode, ObjectId id, @Nullable Stat old) throws IOException {
        Path file = folder.file(path);
        Path directory = file.getParent();
        while (directory != null && !isRealDirectory(directory)) {
            directory = directory.getParent(); // made only when what is in its way was removed
        }
        if (directory == null) {
            throw new NoSuchFileException(folder.root().toString());
        }
        Path temp = directory.resolve(mark + prepared.size());
        ObjectLoader blob = reader.open(id, Constants.OBJ_BLOB);
        if (FileMode.SYMLINK.equals(mode)) {
            Files.createSymbolicLink(temp, Path.of(new String(blob.getBytes(), StandardCharsets.UTF_8)));
        } else {
            Optional<Path> beside = write(path, temp, mode, blob);
            permissions(temp, FileMode.EXECUTABLE_FILE.equals(mode), old != null && old.isFile() ? file : null);
            Files.setLastModifiedTime(temp, FileTime.from(modified(path, id, beside)));
        }
        Failpoint.at("place.beside");
        Stat stat = Stat.of(temp);
        if (stat == null) {
            throw new NoSuchFileException(temp.toString());
        }
        prepared.put(path, new Prepared(temp, stat));
    }

    /** Brings all that was prepared to the disk: a rename must never get there before the content. */
    void flush() throws IOException {
        List<Path> files = new ArrayList<>();
        prepared.values().stream().filter(p -> p.stat.isFile()).forEach(p -> files.add(p.file));
        Flush.files(files);
    }

    private static boolean isRealDirectory(Path path) throws IOException {
        Stat stat = Stat.of(path);
        return stat != null && stat.isDirectory();
    }

    /** Where the content is, if it is one beside git. */
    private Optional<Path> write(String path, Path temp, FileMode mode, ObjectLoader blob) throws IOException {
        Optional<Path> content = blob.getSize() <= ContentFilter.POINTER_BYTES_MAX
                ? folder.filter().smudge(path, blob.getCachedBytes())
                : Optional.empty();
        boolean plain = FileMode.REGULAR_FILE.equals(mode); // an executable's mode would become the content's
        if (content.isPresent()
                && (Reflink.copy(content.get(), temp)
                        || (plain && folder.filter().link(content.get(), temp)))) {
            return content;
        }
        try (FileChannel channel = FileChannel.open(temp, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            if (content.isPresent()) {
                copy(content.get(), channel);
            } else {
                try (OutputStream out = Channels.newOutputStream(channel);
                        InputStream in = blob.openStream()) {
                    in.transferTo(out);
                }
            }
        }
        return content;
    }

    /** Whether git-annex would give the file the key that its content has. */
    private static boolean endsAlike(String path, String object) {
        return Key.ofFile(object).filter(key -> key.isFor(path)).isPresent();
    }

    /** Within the kernel, where it can. */
    private static void copy(Path from, FileChannel to) throws IOException {
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ)) {
            long size = in.size();
            for (long at = 0; at < size; ) {
                long copied = in.transferTo(at, size - at, to);
                if (copied <= 0) {
                    throw new IOException(from + " has become shorter while it was read");
                }
                at += copied;
            }
        }
    }

    private static void permissions(Path temp, boolean executable, @Nullable Path old) throws IOException {
        if (!temp.getFileSystem().supportedFileAttributeViews().contains("posix") || (old == null && !executable)) {
            return;
        }
        Set<PosixFilePermission> set = EnumSet.copyOf(Files.getPosixFilePermissions(old != null ? old : temp));
        if (executable) {
            set.add(PosixFilePermission.OWNER_EXECUTE);
            if (set.contains(PosixFilePermission.GROUP_READ)) {
                set.add(PosixFilePermission.GROUP_EXECUTE);
            }
            if (set.contains(PosixFilePermission.OTHERS_READ)) {
                set.add(PosixFilePermission.OTHERS_EXECUTE);
            }
        } else {
            set.remove(PosixFilePermission.OWNER_EXECUTE);
            set.remove(PosixFilePermission.GROUP_EXECUTE);
            set.remove(PosixFilePermission.OTHERS_EXECUTE);
        }
        Files.setPosixFilePermissions(temp, set);
    }

    private Instant modified(String path, ObjectId id, Optional<Path> content) throws IOException {
        boolean beside = content.isPresent();
        boolean renamed =
                beside && !endsAlike(path, String.valueOf(content.get().getFileName()));
        Instant now = folder.clock().instant();
        Instant wanted = times.modified(path, id).orElse(committed);
        if (wanted.isAfter(now.plus(AHEAD_MAX))) {
            return wanted;
        }
        // Most builds of git compare whole seconds, and read a file of the index's second again at every look. Of a
        // content beside git whose name has another end than its key, as variants have, that makes another key.
        Instant second = now.truncatedTo(ChronoUnit.SECONDS);
        if (renamed && (!wanted.isBefore(second) || Stat.racy(wanted, now))) {
            return second.minus(SEEN_AFTER);
        }
        if (!wanted.isAfter(now.minus(SEEN_AFTER)) && !Stat.racy(wanted, now)) {
            return wanted;
        }
        // Another time, but in the second that everybody sees.
        Instant early = now.minus(SEEN_AFTER);
        Instant shown = wanted.truncatedTo(ChronoUnit.SECONDS);
        Instant begin = shown.plusMillis(1); // a whole second would look coarse
        boolean costly = beside && Stat.racy(begin, now); // to be read again
        return costly || early.truncatedTo(ChronoUnit.SECONDS).equals(shown) ? early : begin;
    }

    /**
     * Renames what was prepared into its place, if there is still {@code expected} (null for nothing).
     *
     * @return what is there now, or null if something else was and still is
     */
    @Nullable
    Stat place(String path, @Nullable Stat expected) throws IOException {
        Prepared next = prepared.get(path);
        if (next == null) {
            throw new IllegalStateException("not prepared: " + path);
        }
        Path file = folder.file(path);
        Path parent = file.getParent();
        if (parent == null || !createDirectories(parent)) {
            return null;
        }
        Stat now = Stat.of(file);
        if (now == null ? expected != null && expected.isContent() : !now.equals(expected)) {
            return null;
        }
        Files.move(next.file, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Failpoint.at("place.renamed");
        prepared.remove(path);
        touched.add(parent);
        Stat placed = Stat.of(file);
        boolean still = placed != null
                && placed.inode() == next.stat.inode()
                && placed.sizeBytes() == next.stat.sizeBytes()
                && placed.modified().equals(next.stat.modified());
        // If it was edited since the rename, the index shall not know the file as it is now.
        return still ? placed : next.stat;
    }

    private boolean createDirectories(Path directory) throws IOException {
        Stat stat = Stat.of(directory);
        if (stat != null) {
            return stat.isDirectory();
        }
        Path parent = directory.getParent();
        if (parent == null || !createDirectories(parent)) {
            return false;
        }
        Files.createDirectory(directory);
        touched.add(parent);
        return true;
    }

    /** Deletes what is still as {@code expected}, and the directories that are empty then; false if it changed. */
    boolean delete(String path, @Nullable Stat expected) throws IOException {
        Path file = folder.file(path);
        if (expected != null) {
            Stat now = Stat.of(file);
            if (now != null && !now.equals(expected)) {
                return false;
            }
            Files.deleteIfExists(file);
        }
        Path directory = file.getParent();
        while (directory != null
                && !directory.equals(folder.root())
                && !folder.directories().isKept(directory)
                && removeEmpty(directory)) {
            touched.remove(directory);
            directory = directory.getParent();
        }
        if (directory != null) {
            touched.add(directory);
        }
        return true;
    }

    /** Whether there is no directory now; one that holds something, or is none, stays. */
    private static boolean removeEmpty(Path directory) throws IOException {
        try {
            if (isRealDirectory(directory)) {
                Files.delete(directory);
            }
            return !Files.exists(directory);
        } catch (DirectoryNotEmptyException | NoSuchFileException e) {
            return !Files.exists(directory);
        }
    }

    /** Removes a directory that holds nothing but empty directories; what else there is stays. */
    static void removeEmptyBelow(Path directory) throws IOException {
        if (!isRealDirectory(directory)) {
            return;
        }
        List<Path> directories = new ArrayList<>();
        try (Stream<Path> all = Files.walk(directory)) {
            all.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .forEach(directories::add);
        }
        for (int i = directories.size() - 1; i >= 0; i--) {
            removeEmpty(directories.get(i));
        }
    }

    /** Makes the renames durable. */
    void syncDirectories() throws IOException {
        discard();
        for (Path directory : touched) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            } catch (NoSuchFileException | NotDirectoryException e) {
                // Removed since: its parent is among the others.
            } catch (FileSystemException e) {
                if (Files.isDirectory(directory) && java.io.File.separatorChar == '/') {
                    throw e;
                } // elsewhere directories cannot be opened, and need not be
            }
        }
    }

    /** Removes what was prepared and not placed. */
    void discard() throws IOException {
        for (Prepared left : prepared.values()) {
            Files.deleteIfExists(left.file);
        }
        prepared.clear();
    }
}
