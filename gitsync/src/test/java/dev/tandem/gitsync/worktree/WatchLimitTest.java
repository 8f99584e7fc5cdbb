package dev.tandem.gitsync.worktree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A watch of which the system permits too few directories")
class WatchLimitTest {
    @TempDir
    Path root;

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final CompletableFuture<String> gone = new CompletableFuture<>();

    /** Runs what is scheduled when the test says so. */
    private static final class Timers extends ScheduledThreadPoolExecutor {
        private final List<Runnable> due = new CopyOnWriteArrayList<>();

        Timers() {
            super(0);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            if (unit.toSeconds(delay) == 60) { // not a batch of changes
                due.add(command);
            }
            return new Never();
        }

        void fire() {
            List<Runnable> now = List.copyOf(due);
            due.clear();
            now.forEach(Runnable::run);
        }
    }

    private static final class Never extends java.util.concurrent.FutureTask<Void> implements ScheduledFuture<Void> {
        Never() {
            super((Callable<Void>) () -> null);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return 0;
        }
    }

    private Watch start(Timers timers, int most) {
        return start(timers, new Directories(root, null, most));
    }

    private Watch start(Timers timers, Directories directories) {
        return Watch.start(
                root,
                Watch.Settle.DEFAULT,
                new WatchListener() {
                    @Override
                    public void settled(Set<String> paths) {}

                    @Override
                    public void rescan(String why) {
                        told.add("rescan");
                    }

                    @Override
                    public void gitMoved() {}

                    @Override
                    public void failed(IOException cause) {
                        told.add(cause.getMessage());
                        gone.complete(cause.getMessage());
                    }

                    @Override
                    public void recovered() {
                        told.add("recovered");
                    }
                },
                timers,
                task -> {
                    Thread thread = new Thread(task, "tandem-test-watch");
                    thread.setDaemon(true);
                    return thread;
                },
                directories);
    }

    @Test
    @DisplayName("says once how to raise the limit, and has the folder scanned every minute")
    void falls() throws IOException {
        new TestFolder(root);
        for (int i = 0; i < 10; i++) {
            Files.createDirectory(root.resolve("d" + i));
        }
        Timers timers = new Timers();
        try (Watch watch = start(timers, 5)) {
            assertThat(told).singleElement().asString().contains("sysctl fs.inotify.max_user_watches");
            assertThat(watch.directories()).isEqualTo(5);
            timers.fire();
            timers.fire();

            assertThat(told.subList(1, told.size())).containsExactly("rescan", "rescan");
        }
        timers.fire();
        assertThat(told).hasSize(3);
    }

    @Test
    @Timeout(30)
    @DisplayName("or not one at all: is scanned, says so once, and watches as soon as the system lets it, which it says")
    void noInstance() throws Exception {
        new TestFolder(root);
        Timers timers = new Timers();
        boolean[] permitted = new boolean[1];
        Directories directories = new Directories(
                root,
                () -> {
                    if (!permitted[0]) {
                        throw new IOException("User limit of inotify instances reached or too many open files");
                    }
                    return root.getFileSystem().newWatchService();
                },
                100);
        try (Watch watch = start(timers, directories)) {
            assertThat(told).singleElement().asString().contains("sysctl fs.inotify.max_user_instances");
            timers.fire();
            timers.fire();
            assertThat(told.subList(1, told.size())).containsExactly("rescan", "rescan");

            permitted[0] = true;
            timers.fire();
            assertThat(told.subList(3, told.size())).containsExactly("rescan", "recovered");
            assertThat(watch.directories()).isPositive();
            timers.fire();
            assertThat(told).hasSize(5);
        }
    }

    @Test
    @Timeout(30)
    @DisplayName("ends at once while it waits for the system to let it watch")
    void closedBeforeOpen() throws Exception {
        new TestFolder(root);
        Watch watch = start(new Timers(), new Directories(
                root,
                () -> {
                    throw new IOException("no");
                },
                100));
        watch.close();
        assertThat(told).hasSize(1);
    }

    @Test
    @Timeout(30)
    @DisplayName("watches a folder again that was gone and is back, after one more scan")
    void back() throws Exception {
        Timers timers = new Timers();
        Path git = Files.createDirectories(root.resolve(".git"));
        try (Watch watch = start(timers, 10)) {
            Files.delete(git);
            Files.delete(root);
            assertThat(gone.get(20, TimeUnit.SECONDS)).contains("moved, deleted or unmounted");
            timers.fire();
            assertThat(told).hasSizeGreaterThan(1).last().isEqualTo("rescan");

            Files.createDirectories(git);
            timers.fire();
            timers.fire();

            assertThat(watch.directories()).isEqualTo(2);
            assertThat(told).last().isEqualTo("recovered");
        }
    }
}
