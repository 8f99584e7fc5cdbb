package dev.tandem.gitsync.annex;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What git-annex has written for its branch and not yet committed, and the lock of all who write either. A file in here
 * overrides the branch's, so whoever commits to the branch takes it in first, or its lines undo that commit.
 */
final class Journal {
    private final Path directory;
    private final Path lock;

    Journal(Path annex) {
        directory = annex.resolve("journal");
        lock = annex.resolve("journal.lck");
    }

    /** What is done under the lock. */
    interface Change {
        boolean make() throws IOException;
    }

    /** Runs a change while no other program writes. One at a time in this process: a POSIX lock belongs to it. */
    boolean locked(Change change) throws IOException {
        Files.createDirectories(lock.resolveSibling(""));
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.lock(); // ends with the channel
            return change.make();
        }
    }

    /** Whether nothing waits in it. */
    boolean isEmpty() throws IOException {
        if (!Files.isDirectory(directory)) {
            return true;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        }
    }

    /** All files that wait in it, by their paths in the branch. Under the lock these stay as they are. */
    Map<String, byte[]> files() throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> entries = Files.list(directory)) {
                for (Path entry : (Iterable<Path>) entries.filter(Files::isRegularFile)::iterator) {
                    files.put(unescaped(String.valueOf(entry.getFileName())), Files.readAllBytes(entry));
                }
            }
        }
        return files;
    }

    /** The file of that path in the branch, if one waits; it may be committed at any moment, unless under the lock. */
    byte[] file(String path) throws IOException {
        Path file = directory.resolve(escaped(path));
        try {
            return Files.isRegularFile(file) ? Files.readAllBytes(file) : new byte[0];
        } catch (NoSuchFileException committed) {
            return new byte[0]; // the branch has it now
        }
    }

    /** Removes what was committed. */
    void forget(Collection<String> paths) throws IOException {
        for (String path : paths) {
            Files.deleteIfExists(directory.resolve(escaped(path)));
        }
    }

    /**
     * Removes git-annex's own index of the branch, which it makes anew: it would unite what that holds with a branch of
     * which something was forgotten.
     */
    void forgetIndex() throws IOException {
        Files.deleteIfExists(directory.resolveSibling("index.lck"));
        Files.deleteIfExists(directory.resolveSibling("index"));
    }

    private static String unescaped(String name) {
        return name.replace("__", "\0").replace('_', '/').replace('\0', '_');
    }

    private static String escaped(String path) {
        return path.replace("_", "__").replace('/', '_');
    }
}
