package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.annex.ContentStore.Held;
import dev.tandem.gitsync.annex.ContentStore.Removed;
import dev.tandem.gitsync.annex.DropCheck.Proof;
import dev.tandem.gitsync.annex.DropCheck.Whose;
import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Repositories that all drop the same content at the same time")
class DropRaceTest {
    private static final int REPOSITORIES = 4;

    private record Repository(UUID uuid, ContentStore store) {}

    @RepeatedTest(15)
    @DisplayName("never drop below the copies that there must be")
    void neverTheLast(@TempDir Path directory) throws Exception {
        List<TempFolder> folders = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(REPOSITORIES);
        try {
            List<Repository> repositories = new ArrayList<>();
            Path file = Files.writeString(directory.resolve("file"), "content");
            for (int i = 0; i < REPOSITORIES; i++) {
                TempFolder folder = new TempFolder(directory.resolve("r" + i), new TempFolder.Clock());
                folders.add(folder);
                repositories.add(new Repository(folder.repository.uuid(), new ContentStore(folder.repository.git())));
            }
            Key key = Key.parse("SHA256E-s7--ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73")
                    .orElseThrow();
            for (Repository repository : repositories) {
                assertThat(repository.store.add(file, "file", Key.DEFAULT_BACKEND))
                        .isEqualTo(key);
            }
            NumCopies needed = new NumCopies(2, 1);

            List<Callable<Removed>> drops = new ArrayList<>();
            repositories.forEach(repository -> drops.add(() -> drop(repository, repositories, key, needed)));
            for (Future<Removed> drop : threads.invokeAll(drops)) {
                assertThat(drop.get()).isNotNull();
            }

            int left = 0;
            for (Repository repository : repositories) {
                left += repository.store.damage(key).isEmpty() ? 1 : 0;
            }
            assertThat(left).isGreaterThanOrEqualTo(needed.copies());
        } finally {
            threads.shutdown();
            folders.forEach(TempFolder::close);
        }
    }

    /** As a peer does it: asks each of the others, which looks and answers. */
    private static Removed drop(Repository from, List<Repository> all, Key key, NumCopies needed) throws IOException {
        return from.store.remove(key, () -> {
            Map<UUID, Proof> proofs = new HashMap<>();
            for (Repository other : all) {
                if (!other.equals(from)) {
                    Optional<Held> held = other.store.hold(key);
                    if (held.isPresent()) {
                        held.get().close();
                        proofs.put(other.uuid, Proof.SEEN);
                    }
                }
            }
            return DropCheck.judge(key, from.uuid, Whose.OWN, needed, proofs, Map.of());
        });
    }
}
