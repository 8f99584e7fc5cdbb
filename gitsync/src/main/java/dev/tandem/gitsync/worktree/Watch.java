package dev.tandem.gitsync.worktree;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Watches a folder and says what has come to rest in it.
 *
 * <p>Written on the JDK's watch service rather than on a library: of {@code .git} only HEAD, the index and the branches
 * are of interest, and watching the object store as well would drown the queue in our own writes. One thread reads
 * events; batches leave on the timer's thread.
 */
public final class Watch implements Closeable {
    private static final String DOT_GIT = ".git";
    private static final String TEMPORARY = ".tandem-tmp-";

    /** The user's git moves several files for one command; tell it once. */
    private static final Duration GIT_QUIET = Duration.ofMillis(50);

    private final Path root;
    private final WatchListener listener;
    private final ScheduledExecutorService timers;
    private final InstantSource clock;
    private final WatchService service;
    private final Map<WatchKey, Path> directories = new HashMap<>();
    private final Object lock = new Object();
    /** Guarded by {@link #lock}, like the two flags. */
    private final SettleQueue queue;

    private boolean timerSet;
    private boolean gitTimerSet;

    private Watch(
            Path root, Settle settle, WatchListener listener, ScheduledExecutorService timers, InstantSource clock)
            throws IOException {
        this.root = root;
        this.listener = listener;
        this.timers = timers;
        this.clock = clock;
        queue = new SettleQueue(settle);
        service = root.getFileSystem().newWatchService();
    }

    /** Starts to watch; what happens from now on is told. */
    public static Watch start(
            Path root,
            Settle settle,
            WatchListener listener,
            ScheduledExecutorService timers,
            ThreadFactory threads,
            InstantSource clock)
            throws IOException {
        Watch watch = new Watch(root, settle, listener, timers, clock);
        watch.register(root);
        Path git = root.resolve(DOT_GIT);
        if (Files.isDirectory(git)) {
            watch.watch(git);
            watch.register(git.resolve("refs/heads"));
        }
        threads.newThread(watch::run).start();
        return watch;
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = service.take();
                Path directory = directories.get(key);
                for (WatchEvent<?> event : key.pollEvents()) {
                    if (directory != null) {
                        happened(directory, event);
                    }
                }
                if (!key.reset()) {
                    directories.remove(key);
                }
            }
        } catch (ClosedWatchServiceException closed) {
            // that is how it ends
            return;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void happened(Path directory, WatchEvent<?> event) {
        boolean inGit = directory.startsWith(root.resolve(DOT_GIT));
        if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
            if (inGit) {
                gitMoved();
            } else {
                listener.rescan("more changed in " + directory + " at once than the system could tell");
            }
            return;
        }
        Path path = directory.resolve(String.valueOf(event.context()));
        String name = String.valueOf(path.getFileName());
        if (inGit) {
            inGit(path, name);
        } else if (!name.equals(DOT_GIT) && !name.startsWith(TEMPORARY)) {
            if (event.kind() == StandardWatchEventKinds.ENTRY_CREATE
                    && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                register(path);
            }
            changed(path);
        }
    }

    private void inGit(Path path, String name) {
        boolean branch = path.startsWith(root.resolve(".git/refs/heads"));
        if (branch && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            register(path);
        }
        if (branch || name.equals("HEAD") || name.equals("index.lock") || name.equals("packed-refs")) {
            gitMoved();
        }
    }

    /** Watches a directory and all below it, but no repository inside. */
    private void register(Path directory) {
        if (!directory.equals(root) && Files.exists(directory.resolve(DOT_GIT))) {
            return;
        }
        if (!watch(directory)) {
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS) && !entry.endsWith(DOT_GIT)) {
                    register(entry);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException gone) {
            changed(directory);
        } catch (IOException unreadable) {
            listener.failed(unreadable);
        }
    }

    private boolean watch(Path directory) {
        try {
            WatchKey key = directory.register(
                    service,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
            directories.put(key, directory);
            return true;
        } catch (NoSuchFileException | NotDirectoryException gone) {
            return false; // its deletion is an event of its parent's
        } catch (IOException refused) {
            listener.failed(refused);
            return false;
        }
    }

    private void changed(Path path) {
        String relative = root.relativize(path).toString().replace('\\', '/');
        synchronized (lock) {
            queue.changed(relative, clock.instant());
            arm();
        }
    }

    /** Sets the timer for the next batch; callers hold the lock. */
    private void arm() {
        Optional<Duration> wait = queue.next(clock.instant());
        if (timerSet || wait.isEmpty()) {
            return;
        }
        timerSet = later(wait.get(), () -> {
            Set<String> batch;
            synchronized (lock) {
                timerSet = false;
                batch = queue.take(clock.instant());
                arm();
            }
            if (!batch.isEmpty()) {
                listener.settled(batch);
            }
        });
    }

    private void gitMoved() {
        synchronized (lock) {
            if (!gitTimerSet) {
                gitTimerSet = later(GIT_QUIET, () -> {
                    synchronized (lock) {
                        gitTimerSet = false;
                    }
                    listener.gitMoved();
                });
            }
        }
    }

    private boolean later(Duration wait, Runnable task) {
        try {
            // a millisecond more than asked for, so that the time is over when the task looks
            var unused = timers.schedule(task, wait.toMillis() + 1, TimeUnit.MILLISECONDS);
            return true;
        } catch (RejectedExecutionException shuttingDown) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        service.close();
    }
}
