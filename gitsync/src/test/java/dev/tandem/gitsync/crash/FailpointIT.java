package dev.tandem.gitsync.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each point once; {@link KillIT} has them at random, and moments between them. */
@DisplayName("A process that is killed exactly between two writes")
class FailpointIT {
    private static final int STEPS_MAX = 60;

    /** A point that is reached often is not always left at its first time. */
    private static final int TIMES_MAX = 4;

    private static final int SLICES = 3;

    @TempDir
    Path root;

    static IntStream slices() {
        return IntStream.range(0, SLICES);
    }

    @Test
    @DisplayName("comes to all the points that are listed, and to no other")
    void allListed() throws IOException {
        Path record = root.resolve("record");
        createFolders();
        for (int seed = 1; new TreeSet<>(recorded(record)).size() < Points.ALL.size() && seed <= 3; seed++) {
            Child.run(root, seed, STEPS_MAX, -1, false, Map.of(), List.of("-Dtandem.failpoint.record=" + record));
        }
        assertThat(new TreeSet<>(recorded(record))).containsExactlyElementsOf(new TreeSet<>(Points.ALL));
    }

    private static List<String> recorded(Path record) throws IOException {
        return Files.exists(record) ? Files.readAllLines(record) : List.of();
    }

    @ParameterizedTest(name = "loses no version, leaves a sound repository and goes on (slice {0})")
    @MethodSource("slices")
    void eachPoint(int slice) throws IOException {
        Random random = new Random(slice);
        createFolders();
        Audit audit = new Audit(root);
        Path acks = root.resolve("acks");
        List<String> missed = new ArrayList<>();
        for (int i = slice; i < Points.ALL.size(); i += SLICES) {
            String label = Points.ALL.get(i);
            boolean killed = false;
            for (int time = 1 + random.nextInt(TIMES_MAX); time > 0 && !killed; time = time > 1 ? 1 : 0) {
                killed = Child.run(
                        root, random.nextLong(), STEPS_MAX, -1, false, Map.of(), List.of(Points.option(label, time)));
                audit.nothingLost(Files.readAllBytes(acks), true);
            }
            if (!killed) {
                missed.add(label);
            }
        }
        audit.equal(Files.readAllBytes(acks));
        assertThat(missed).as("points that were not reached").isEmpty();
    }

    private void createFolders() throws IOException {
        CrashFolder.create(root.resolve("one"));
        CrashFolder.create(root.resolve("two"));
        Files.createFile(root.resolve("acks"));
    }
}
