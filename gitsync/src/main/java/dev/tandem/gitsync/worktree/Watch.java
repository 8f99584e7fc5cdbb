package dev.tandem.gitsync.worktree;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a folder and says what changed once it is quiet.
 *
 * <p>One thread takes events; the given timers tell when a batch is due. Both call the listener, one at a time. Of
 * {@code .git} only what the user's own commands move is watched. A new directory is registered first and then reported
 * as a whole, so nothing that appears in it meanwhile is missed.
 */
public final class Watch implements Closeable {
    /**
     * How long to wait for quiet.
     *
     * @param quiet after the last change
     * @param atMost after the first one, however busy it stays
     */
    public record Settle(Duration quiet, Duration atMost) {
        /** 100 ms and 2 s. */
        public static final Settle DEFAULT = new Settle(Duration.ofMillis(100), Duration.ofSeconds(2));
    }

    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    /** More changed paths than this are cheaper to find by a scan than to keep. */
    private static final int PATHS_MAX = 100_000;
    /** How long {@link #close} waits for the thread, which ends as soon as its watch service is closed. */
    private static final Duration JOIN_MAX = Duration.ofSeconds(2);
    /**
     * How often a folder is scanned that cannot be watched, or not all of it: a scan of 50,000 files takes half a
     * second.
     */
    private static final Duration SCAN_EVERY = Duration.ofMinutes(1);

    private final Path root;
    private final Path git;
    private final WatchListener listener;
    private final ScheduledExecutorService timers;
    private final LongSupplier nanoTime;
    private final Directories directories;
    private final Thread thread;
    /** Held while the listener is called, so that its calls do not overlap; taken before {@link #lock}. */
    private final Object calling = new Object();

    private final Object lock = new Object();
    /** Guarded by lock. */
    private final SettleQueue files;
    /** Guarded by lock. */
    private final SettleQueue gitFiles;
    /** Guarded by lock. */
    private @Nullable ScheduledFuture<?> timer;
    /** When the timer fires; guarded by lock. */
    private long timerDue;
    /** Guarded by lock. */
    private boolean closed;
    /** Whether a timer scans what cannot be watched; guarded by lock. */
    private boolean scanning;

    private Watch(
            Path root,
            Settle settle,
            WatchListener listener,
            ScheduledExecutorService timers,
            ThreadFactory threads,
            LongSupplier nanoTime,
            Directories directories) {
        this.root = root;
        this.git = root.resolve(".git");
        this.listener = listener;
        this.timers = timers;
        this.nanoTime = nanoTime;
        this.files = new SettleQueue(settle);
        this.gitFiles = new SettleQueue(settle);
        this.directories = directories;
        this.thread = threads.newThread(this::takeEvents);
    }

    /**
     * Starts to watch; what changes after this returns is reported.
     *
     * @param timers must not be shut down before this is closed; a listener runs on it
     * @param threads makes the one thread that takes events
     *     <p>Where the system lets us watch no more directories, the listener is told what to do about that, and to
     *     scan every minute; once there are enough watches it goes on by itself.
     */
    public static Watch start(
            Path root, Settle settle, WatchListener listener, ScheduledExecutorService timers, ThreadFactory threads) {
        return start(root, settle, listener, timers, threads, new Directories(root, null, Integer.MAX_VALUE));
    }

    static Watch start(
            Path root,
            Settle settle,
            WatchListener listener,
            ScheduledExecutorService timers,
            ThreadFactory threads,
            Directories directories) {
        Watch watch = new Watch(root, settle, listener, timers, threads, System::nanoTime, directories);
        try {
            watch.directories.addGit(); // few, and without them the user's own commits are not noticed
            watch.directories.addAll(root);
        } catch (IOException e) {
            watch.scanInstead(e);
        }
        watch.thread.start();
        return watch;
    }

    private void scanInstead(IOException why) {
        synchronized (lock) {
            if (closed || scanning) {
                return;
            }
            scanning = true;
        }
        scanLater();
        tell(() -> listener.failed(why));
    }

    private void scanLater() {
        try {
            var unused = timers.schedule(this::scan, SCAN_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the timers were shut down: so is whoever would listen");
        }
    }

    /**
     * Also tries whether all can be watched now, or again: after its disk was away a folder is another to the system.
     */
    private void scan() {
        synchronized (lock) {
            if (closed) {
                return;
            }
        }
        boolean watched = false;
        try {
            directories.addGit();
            directories.addAll(root);
            watched = directories.contains(root);
        } catch (IOException e) {
            LOG.debug("not all of {} can be watched yet: {}", root, e.toString());
        }
        synchronized (lock) {
            scanning = !watched;
        }
        tell(() -> listener.rescan("not everything could be watched"));
        if (watched) {
            tell(listener::recovered);
        } else {
            scanLater();
        }
    }

    private void takeEvents() {
        try {
            while (true) {
                WatchKey key = directories.take();
                long now = nanoTime.getAsLong();
                Path directory = directories.of(key);
                for (WatchEvent<?> event : key.pollEvents()) {
                    if (directory != null) {
                        handle(directory, event, now);
                    }
                }
                if (!key.reset()) {
                    directories.forget(key);
                    if (root.equals(directory)) {
                        tell(() -> listener.rescan("the folder was moved or deleted"));
                        scanInstead(new IOException("the folder was moved, deleted or unmounted"));
                    }
                }
                arm();
            }
        } catch (ClosedWatchServiceException | InterruptedException e) {
            Thread.currentThread().interrupt(); // closed: the thread ends here
        }
    }

    private void handle(Path directory, WatchEvent<?> event, long now) {
        if (directory.startsWith(git)) {
            handleGit(directory, event, now);
            return;
        }
        if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
            add(directory);
            if (directory.equals(root)) {
                tell(() -> listener.rescan("more happened at once than the system reports"));
            } else {
                changed(directory, now);
            }
            return;
        }
        Path path = directory.resolve((Path) event.context());
        Path fileName = path.getFileName();
        String name = fileName == null ? "" : fileName.toString();
        if (SafePath.isGit(name) || name.startsWith(SafePath.TEMP)) {
            if (path.equals(git) && event.kind() == StandardWatchEventKinds.ENTRY_CREATE) {
                add(git);
            }
            return;
        }
        if (event.kind() == StandardWatchEventKinds.ENTRY_CREATE) {
            add(path);
        } else if (event.kind() == StandardWatchEventKinds.ENTRY_DELETE) {
            directories.remove(path);
        } else if (directories.contains(path)) {
            return; // a directory's own times change with what is in it, which is reported by itself
        }
        changed(path, now);
    }

    private void handleGit(Path directory, WatchEvent<?> event, long now) {
        if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
            add(git);
        } else {
            Path path = directory.resolve((Path) event.context());
            if (directory.equals(git) && !isTelling(path)) {
                return;
            }
            if (event.kind() == StandardWatchEventKinds.ENTRY_CREATE && !directory.equals(git)) {
                add(git); // a branch with a slash: refs/heads/user/topic
            }
        }
        synchronized (lock) {
            gitFiles.changed("git", now);
        }
    }

    private static boolean isTelling(Path path) {
        Path name = path.getFileName();
        return name != null
                && Set.of(
                                "HEAD",
                                "index",
                                "index.lock",
                                "packed-refs",
                                "MERGE_HEAD",
                                "CHERRY_PICK_HEAD",
                                "REVERT_HEAD",
                                "rebase-merge",
                                "rebase-apply")
                        .contains(name.toString());
    }

    private void add(Path directory) {
        try {
            if (directory.equals(git)) {
                directories.addGit();
            } else {
                directories.addAll(directory);
            }
        } catch (IOException e) {
            scanInstead(e);
        }
    }

    private void changed(Path path, long now) {
        boolean tooMany;
        synchronized (lock) {
            files.changed(root.relativize(path).toString().replace('\\', '/'), now);
            tooMany = files.size() > PATHS_MAX;
            if (tooMany) {
                files.clear();
            }
        }
        if (tooMany) {
            tell(() -> listener.rescan("more files changed at once than are kept in memory"));
        }
    }

    /** Sets the timer to when something will be due, if it is not set to fire before that. */
    private void arm() {
        synchronized (lock) {
            long next = Math.min(
                    files.nextDue().orElse(Long.MAX_VALUE), gitFiles.nextDue().orElse(Long.MAX_VALUE));
            if (closed || next == Long.MAX_VALUE || (timer != null && timerDue <= next)) {
                return;
            }
            if (timer != null) {
                timer.cancel(false);
            }
            timerDue = next;
            try {
                timer = timers.schedule(this::fire, next - nanoTime.getAsLong(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                closed = true; // the timers were shut down: so is whoever would listen
            }
        }
    }

    private void fire() {
        synchronized (calling) {
            Set<String> batch;
            boolean gitMoved;
            synchronized (lock) {
                timer = null;
                if (closed) {
                    return;
                }
                long now = nanoTime.getAsLong();
                batch = files.due(now);
                gitMoved = !gitFiles.due(now).isEmpty();
            }
            if (!batch.isEmpty()) {
                listener.settled(batch);
            }
            if (gitMoved) {
                listener.gitMoved();
            }
        }
        arm();
    }

    private void tell(Runnable call) {
        synchronized (calling) {
            call.run();
        }
    }

    /** How many directories are watched; each takes one of the system's watches. */
    public int directories() {
        return directories.size();
    }

    /** Ends the thread; the listener is not called afterwards but for a call that runs already. */
    @Override
    public void close() throws IOException {
        synchronized (lock) {
            closed = true;
            if (timer != null) {
                timer.cancel(false);
            }
        }
        directories.close();
        try {
            thread.join(JOIN_MAX.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
