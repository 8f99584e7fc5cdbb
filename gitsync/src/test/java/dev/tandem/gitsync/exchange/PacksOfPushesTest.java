package dev.tandem.gitsync.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.testing.TempFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The packs that pushes leave")
class PacksOfPushesTest {
    /** Of branches, of the synced refs, and of what nothing names any more. */
    private static final int AFTER_COLLECTION = 3;

    @Test
    @DisplayName("are gone after a collection, so that the next push does not begin another one")
    void collected(@TempDir Path directory) throws Exception {
        TempFolder.Clock clock = new TempFolder.Clock();
        try (TempFolder one = new TempFolder(directory.resolve("one"), clock);
                TempFolder two = new TempFolder(directory.resolve("two"), clock)) {
            for (int i = 0; i < 12; i++) {
                one.write("file" + i, "content " + i).commitAll();
                one.pushTo(two);
                two.integrate(one);
            }
            assertThat(packs(two)).isGreaterThan(AFTER_COLLECTION);

            Git.wrap(two.repository.git()).gc().call();

            assertThat(packs(two)).isLessThanOrEqualTo(AFTER_COLLECTION);
            assertThat(two.commitAll().head()).isEmpty();
            one.write("more", "x").commitAll();
            one.pushTo(two);
            assertThat(two.integrate(one).done()).isTrue();
        }
    }

    private static long packs(TempFolder folder) throws Exception {
        try (Stream<Path> files = Files.list(folder.path.resolve(".git/objects/pack"))) {
            return files.filter(file -> file.toString().endsWith(".pack")).count();
        }
    }
}
