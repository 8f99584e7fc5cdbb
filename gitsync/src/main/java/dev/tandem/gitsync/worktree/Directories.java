package dev.tandem.gitsync.worktree;

import io.methvin.watchservice.MacOSXListeningWatchService;
import io.methvin.watchservice.WatchablePath;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.Watchable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The directories that are watched: each by itself on Linux and Windows, the whole tree at once on macOS, whose native
 * service is directory-watcher's. What is kept grows with directories, not with files.
 */
final class Directories implements Closeable {
    private static final WatchEvent.Kind<?>[] KINDS = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_DELETE
    };

    private final Path root;
    private final boolean wholeTrees;
    private final Opening opening;
    /** The system gives out only so many; done when it has given one, or when this is closed. */
    private final CompletableFuture<WatchService> service = new CompletableFuture<>();
    /** Guarded by this. */
    private final Map<WatchKey, Path> paths = new HashMap<>();
    /** Guarded by this. */
    private final NavigableMap<Path, WatchKey> keys = new TreeMap<>();

    private final int watchesMax;

    /** Gets a watch service from the system. */
    interface Opening {
        WatchService open() throws IOException;
    }

    /**
     * @param opening in place of the system's own, for tests
     * @param watchesMax how many directories the system lets us watch, for tests; it says by itself when it is enough
     */
    Directories(Path root, @Nullable Opening opening, int watchesMax) {
        this.root = root;
        this.watchesMax = watchesMax;
        this.wholeTrees =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("mac");
        this.opening = opening != null
                ? opening
                : wholeTrees ? MacOSXListeningWatchService::new : root.getFileSystem()::newWatchService;
    }

    /** Waits, also until there is something to wait with. */
    WatchKey take() throws InterruptedException {
        try {
            return service.get().take();
        } catch (ExecutionException closed) {
            throw (ClosedWatchServiceException) new ClosedWatchServiceException().initCause(closed);
        }
    }

    private synchronized WatchService service() throws IOException {
        if (!service.isDone()) {
            try {
                service.complete(opening.open());
            } catch (IOException e) {
                throw new IOException(
                        "Cannot watch " + root + " (" + e.getMessage()
                                + "); raise the limit, on Linux with sysctl fs.inotify.max_user_instances=1024",
                        e);
            }
        }
        try {
            return service.join();
        } catch (CompletionException closed) {
            throw (ClosedWatchServiceException) new ClosedWatchServiceException().initCause(closed);
        }
    }

    synchronized @Nullable Path of(WatchKey key) {
        return paths.get(key);
    }

    synchronized boolean contains(Path path) {
        return keys.containsKey(path);
    }

    synchronized int size() {
        return keys.size();
    }

    /**
     * Watches a directory and all below it but {@code .git}; what is no directory, or none any more, is passed over.
     */
    void addAll(Path top) throws IOException {
        List<Path> pending = new ArrayList<>(List.of(top));
        while (!pending.isEmpty()) {
            Path directory = pending.remove(pending.size() - 1);
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            // Registered before it is listed: what appears in between is seen both ways, never in neither.
            if (!wholeTrees || directory.equals(root)) {
                register(directory);
            }
            if (wholeTrees) {
                continue;
            }
            try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
                for (Path child : children) {
                    Path name = child.getFileName();
                    if (name != null
                            && !SafePath.isGit(name.toString())
                            && Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                        pending.add(child);
                    }
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            } catch (FileSystemException e) {
                if (Files.isReadable(directory)) {
                    throw e;
                } // gone, or not for us to read: the scan reports it
            }
        }
    }

    /** Watches what the user's git moves: HEAD, the index, branches. */
    void addGit() throws IOException {
        Path git = root.resolve(".git");
        if (wholeTrees || !Files.isDirectory(git)) {
            return;
        }
        register(git);
        Path heads = git.resolve("refs").resolve("heads");
        if (Files.isDirectory(heads)) {
            addAll(heads);
        }
    }

    private void register(Path directory) throws IOException {
        WatchService opened = service();
        Watchable watchable = wholeTrees ? new WatchablePath(directory) : directory;
        try {
            if (size() >= watchesMax && !contains(directory)) {
                throw new IOException("User limit of inotify watches reached");
            }
            WatchKey key = watchable.register(opened, KINDS);
            synchronized (this) {
                // A directory that was renamed keeps its key: it is known by its new path from now on.
                Path old = paths.put(key, directory);
                if (old != null && !old.equals(directory)) {
                    keys.remove(old, key);
                }
                keys.put(directory, key);
            }
        } catch (IOException e) {
            if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) && Files.isReadable(directory)) {
                throw new IOException(
                        "Cannot watch " + directory + " (" + e.getMessage()
                                + "); raise the limit, on Linux with sysctl fs.inotify.max_user_watches=524288",
                        e);
            }
        }
    }

    /** Forgets a directory that is gone, and those below it. */
    synchronized void remove(Path path) {
        if (!keys.containsKey(path)) {
            return;
        }
        List<Path> gone = new ArrayList<>();
        for (Path below : keys.tailMap(path, true).keySet()) {
            if (!below.startsWith(path)) {
                // Siblings such as "a-b" sort between "a" and "a/b".
                if (!below.toString().startsWith(path.toString())) {
                    break;
                }
                continue;
            }
            gone.add(below);
        }
        for (Path each : gone) {
            WatchKey key = keys.remove(each);
            if (key != null) {
                paths.remove(key);
                key.cancel();
            }
        }
    }

    synchronized void forget(WatchKey key) {
        Path path = paths.remove(key);
        if (path != null) {
            keys.remove(path, key);
        }
    }

    @Override
    public void close() throws IOException {
        if (!service.completeExceptionally(new ClosedWatchServiceException())
                && !service.isCompletedExceptionally()) {
            service.join().close();
        }
    }
}
