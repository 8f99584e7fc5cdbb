package dev.tandem.gitsync.annex;

import dev.tandem.gitsync.points.Failpoint;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/**
 * The files below {@code .git/annex/objects}: where they lie and which modes they have (git-annex, Annex/Perms.hs).
 * Objects and their directories cannot be written, so that nobody changes one by accident.
 *
 * <p>Thread-safe: one change at a time, since each opens and closes a directory for writing.
 */
final class ObjectFiles {
    /** More would not be another program's doing, but a lack of permission. */
    private static final int ATTEMPTS_MAX = 3;

    private static final Set<PosixFilePermission> WRITE = EnumSet.of(
            PosixFilePermission.OWNER_WRITE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
    private static final Set<PosixFilePermission> SHARED =
            EnumSet.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE);

    private final Path root;
    private final boolean bare;
    private final boolean shared;

    ObjectFiles(Repository git) {
        root = git.getDirectory().toPath().resolve("annex").resolve("objects");
        bare = git.isBare();
        shared = isShared(git.getConfig().getString(ConfigConstants.CONFIG_CORE_SECTION, null, "sharedRepository"));
    }

    private static boolean isShared(@Nullable String setting) {
        return setting != null
                && Set.of("group", "true", "1", "all", "world", "everybody", "2")
                        .contains(setting);
    }

    /** The directory that holds all objects; it need not exist. */
    Path root() {
        return root;
    }

    /** Both places where an object may lie, the one where it belongs first. */
    List<Path> places(Key key) {
        Path lower = place(HashDirectories.lower(key), key);
        Path mixed = place(HashDirectories.mixed(key), key);
        return bare ? List.of(lower, mixed) : List.of(mixed, lower);
    }

    private Path place(String directories, Key key) {
        String file = key.file();
        return root.resolve(directories).resolve(file).resolve(file);
    }

    /** A step that needs a directory open for writing. */
    interface Step {
        void run() throws IOException;
    }

    /** Moves a file, which is flushed, to where the object belongs; afterwards it is there even after a power cut. */
    synchronized void place(Path file, Path object) throws IOException {
        closeForWriting(file);
        for (int attempt = 1; ; attempt++) {
            try {
                placeOnce(file, object);
                return;
            } catch (NoSuchFileException | AccessDeniedException e) {
                // git-annex, at work on the same key, has removed the directory or closed it
                if (attempt == ATTEMPTS_MAX || !Files.exists(file)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Makes a work file the object as well, under a second name ({@code annex.thin}).
     *
     * @return false if the file system cannot do that
     */
    synchronized boolean placeLinked(Path file, Path object) throws IOException {
        Path directory = object.resolveSibling("");
        List<Path> made = createDirectories(directory);
        boolean[] linked = new boolean[1];
        opened(directory, () -> linked[0] = link(file, object));
        if (!linked[0]) {
            deleteEmpty(directory);
            return false;
        }
        flush(directory);
        for (Path parent : made) {
            flush(parent.resolveSibling(""));
        }
        return true;
    }

    /** The same the other way round: {@code file} is where a work file is being made. */
    synchronized boolean linkTo(Path object, Path file) throws IOException {
        makeWritable(object);
        if (link(object, file)) {
            return true;
        }
        closeForWriting(object);
        return false;
    }

    private static boolean link(Path existing, Path name) throws IOException {
        try {
            Files.createLink(name, existing);
            return true;
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException unable) {
            return false; // another file system, or one without hard links
        }
    }

    /** How many names a file has; more than one where that is not known. */
    static int names(Path file) throws IOException {
        boolean told = file.getFileSystem().supportedFileAttributeViews().contains("unix");
        return told ? (int) Files.getAttribute(file, "unix:nlink") : Integer.MAX_VALUE;
    }

    private void placeOnce(Path file, Path object) throws IOException {
        Path directory = object.resolveSibling("");
        List<Path> made = createDirectories(directory);
        Failpoint.at("store.directories");
        opened(directory, () -> {
            move(file, object);
            Failpoint.at("store.moved");
        });
        Failpoint.at("store.closed");
        flush(directory);
        for (Path parent : made) {
            flush(parent.resolveSibling(""));
        }
    }

    private static void move(Path file, Path object) throws IOException {
        try {
            Files.move(file, object, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("the annex lies on two file systems, between " + file + " and " + object, e);
        }
    }

    /**
     * Runs a step while files can be made and removed in an object's directory; closes it again if it is still there.
     */
    synchronized void opened(Path directory, Step step) throws IOException {
        permit(directory, EnumSet.of(PosixFilePermission.OWNER_WRITE), Set.of());
        try {
            step.run();
        } finally {
            if (Files.isDirectory(directory)) {
                closeDirectory(directory);
            }
        }
    }

    /** Removes an object's directory with all that is in it, and the directories above that become empty. */
    synchronized void delete(Path object) throws IOException {
        Path directory = object.resolveSibling("");
        if (!Files.isDirectory(directory)) {
            return;
        }
        opened(directory, () -> {
            Files.deleteIfExists(object);
            flush(directory);
        });
        deleteEmpty(directory);
    }

    /** Removes a directory and those above it, as far as they are empty. */
    synchronized void deleteEmpty(Path directory) throws IOException {
        for (Path empty = directory; !empty.equals(root); empty = empty.resolveSibling("")) {
            try {
                Files.delete(empty);
            } catch (NoSuchFileException | DirectoryNotEmptyException stays) {
                return;
            }
        }
    }

    private List<Path> createDirectories(Path directory) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        for (Path path = directory; !Files.isDirectory(path); path = path.resolveSibling("")) {
            missing.addFirst(path);
        }
        for (Path path : missing) {
            Files.createDirectories(path);
            if (shared) {
                permit(path, SHARED, Set.of());
            }
        }
        return List.copyOf(missing);
    }

    /** An object is readable for whom its directory's users are, and writable for nobody. */
    private void closeForWriting(Path file) throws IOException {
        permit(file, shared ? EnumSet.of(PosixFilePermission.GROUP_READ) : Set.of(), WRITE);
    }

    private void closeDirectory(Path directory) throws IOException {
        if (shared) {
            permit(directory, SHARED, Set.of());
        } else {
            permit(directory, Set.of(), WRITE);
        }
    }

    /** What an executable's object has besides: whoever may read it may run it. */
    static void makeExecutable(Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null) {
            return;
        }
        Set<PosixFilePermission> now = EnumSet.copyOf(view.readAttributes().permissions());
        now.add(PosixFilePermission.OWNER_EXECUTE);
        if (now.contains(PosixFilePermission.GROUP_READ)) {
            now.add(PosixFilePermission.GROUP_EXECUTE);
        }
        if (now.contains(PosixFilePermission.OTHERS_READ)) {
            now.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        view.setPermissions(now);
    }

    /** Whether somebody may write to a file: with annex.thin an object is the work file itself. */
    static boolean isWritable(Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        return view != null && view.readAttributes().permissions().stream().anyMatch(WRITE::contains);
    }

    /** Undoes what {@link #place} did to a file that it could not move. */
    static void makeWritable(Path file) throws IOException {
        permit(file, EnumSet.of(PosixFilePermission.OWNER_WRITE), Set.of());
    }

    private static void permit(Path path, Set<PosixFilePermission> more, Set<PosixFilePermission> less)
            throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        if (view == null) {
            return; // a file system without modes
        }
        Set<PosixFilePermission> old = view.readAttributes().permissions();
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        permissions.addAll(old);
        permissions.addAll(more);
        permissions.removeAll(less);
        if (!permissions.equals(old)) {
            view.setPermissions(permissions);
        }
    }

    /** Brings a directory's entries to the disk, where the platform can open one. */
    private static void flush(Path directory) throws IOException {
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
