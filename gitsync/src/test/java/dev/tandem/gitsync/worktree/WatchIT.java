package dev.tandem.gitsync.worktree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The watch on a real folder")
final class WatchIT {
    @TempDir
    Path root;

    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final Set<String> settled = new ConcurrentSkipListSet<>();
    private final AtomicInteger batches = new AtomicInteger();
    private final AtomicInteger moves = new AtomicInteger();
    private final AtomicInteger rescans = new AtomicInteger();
    private final AtomicLong last = new AtomicLong();
    private TestFolder folder;
    private Watch watch;

    @BeforeEach
    void start() throws IOException {
        folder = new TestFolder(root);
        watch = Watch.start(
                root,
                Watch.Settle.DEFAULT,
                new WatchListener() {
                    @Override
                    public void settled(Set<String> paths) {
                        last.set(System.nanoTime());
                        batches.incrementAndGet();
                        settled.addAll(paths);
                    }

                    @Override
                    public void rescan(String why) {
                        rescans.incrementAndGet();
                    }

                    @Override
                    public void gitMoved() {
                        moves.incrementAndGet();
                    }

                    @Override
                    public void failed(IOException cause) {
                        throw new AssertionError(cause);
                    }
                },
                timers,
                task -> {
                    Thread thread = new Thread(task, "tandem-test-watch");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    @AfterEach
    void stop() throws IOException {
        watch.close();
        timers.shutdownNow();
    }

    @Test
    @DisplayName("reports a saved file 100 ms after it was written, within 20 ms")
    void latency() throws IOException {
        List<Long> late = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            settled.clear();
            long written = System.nanoTime();
            folder.write("f" + i, "1");
            String path = "f" + i;
            await().pollInterval(Duration.ofMillis(5)).until(() -> settled.contains(path));
            late.add((last.get() - written) / 1_000_000 - 100);
        }
        late.sort(null);

        assertThat(late.get(late.size() / 2)).as("median of %s ms", late).isBetween(0L, 20L);
    }

    @Test
    @DisplayName("misses nothing in directories that appear with content, deep ones and moved ones")
    void newDirectories(@TempDir Path elsewhere) throws IOException {
        for (int i = 0; i < 200; i++) {
            folder.write("n" + i + "/a/b/c", "1");
        }
        Files.createDirectories(elsewhere.resolve("in/deep"));
        Files.writeString(elsewhere.resolve("in/deep/f"), "1");
        Files.move(elsewhere.resolve("in"), root.resolve("in"));
        await().until(() -> settled.contains("in"));
        await().until(() -> batches.get() > 0 && settled.size() >= 201);
        folder.workTree.commit(new java.util.TreeSet<>(settled));
        assertThat(folder.workTree.scan()).isEmpty();

        settled.clear();
        Files.move(root.resolve("in"), root.resolve("renamed"));
        await().until(() -> settled.containsAll(Set.of("in", "renamed")));
        Files.writeString(root.resolve("renamed/deep/g"), "1");
        await().until(() -> settled.contains("renamed/deep/g"));
        folder.workTree.commit(new java.util.TreeSet<>(settled));

        assertThat(folder.files(folder.head())).containsKeys("renamed/deep/f", "renamed/deep/g", "n199/a/b/c");
        assertThat(folder.workTree.scan()).isEmpty();
    }

    @Test
    @DisplayName("tells of the user's commits and branches, and not of objects")
    void gitMoved() throws IOException {
        Files.createDirectories(root.resolve(".git/objects/aa"));
        Files.writeString(root.resolve(".git/refs/heads/topic"), "x");
        await().until(() -> moves.get() == 1);
        Files.createDirectories(root.resolve(".git/refs/heads/user"));
        await().until(() -> moves.get() == 2);
        Files.writeString(root.resolve(".git/refs/heads/user/topic"), "x");
        await().until(() -> moves.get() == 3);
        Files.writeString(root.resolve(".git/index.lock"), "");
        await().until(() -> moves.get() == 4);

        assertThat(settled).isEmpty();
    }

    @Test
    @DisplayName("asks for a scan or reports everything when thousands of files appear at once")
    void burst() throws IOException {
        for (int i = 0; i < 5_000; i++) {
            folder.write("d" + i % 5 + "/" + i, "1");
        }
        await().until(() -> watch.directories() >= 6);
        await().during(Duration.ofMillis(400)).until(() -> batches.get() > 0);
        folder.workTree.commit(new java.util.TreeSet<>(settled));

        assertThat(rescans.get() > 0 || folder.workTree.scan().isEmpty()).isTrue();
    }
}
