package dev.tandem.gitsync.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code -Dcrash.rounds=1000} for more; {@code -Dcrash.seed=N} for a slice that has failed. */
@DisplayName("A process that is killed at any moment")
class KillIT {
    /** Of one pair of folders: its history grows with them. */
    private static final int ROUNDS_IN_A_SLICE = 20;

    private static final int STEPS_MAX = 40;
    /** From the start on: some are killed while they finish what the last one left. */
    private static final int STARTING_MILLIS_MAX = 2000;

    private static final int WORKING_MILLIS_MAX = 800;

    /** How often a labelled point may be passed before the process ends there. */
    private static final int TIMES_MAX = 8;

    @TempDir
    Path root;

    static LongStream seeds() {
        Long seed = Long.getLong("crash.seed");
        int slices = Integer.getInteger("crash.rounds", ROUNDS_IN_A_SLICE) / ROUNDS_IN_A_SLICE;
        return seed != null ? LongStream.of(seed) : LongStream.rangeClosed(1, slices);
    }

    @ParameterizedTest(name = "loses no version, leaves a sound repository and goes on (slice {0})")
    @MethodSource("seeds")
    void killed(long seed) throws IOException {
        Random random = new Random(seed);
        CrashFolder.create(root.resolve("one"));
        CrashFolder.create(root.resolve("two"));
        Path acks = Files.createFile(root.resolve("acks"));
        Audit audit = new Audit(root);
        for (int round = 1; round <= ROUNDS_IN_A_SLICE; round++) {
            boolean started = random.nextInt(4) > 0;
            int millis = random.nextInt(started ? WORKING_MILLIS_MAX : STARTING_MILLIS_MAX);
            // every second one between two writes, or at the latest at the end of its steps
            String point =
                    Points.option(Points.ALL.get(random.nextInt(Points.ALL.size())), 1 + random.nextInt(TIMES_MAX));
            boolean exact = round % 2 == 0;
            boolean killed = exact
                    ? Child.run(root, random.nextLong(), STEPS_MAX, -1, false, Map.of(), List.of(point))
                    : Child.run(root, random.nextLong(), STEPS_MAX, millis, started, Map.of());
            System.err.printf(
                    "slice %d round %d: %s %s, %d lines%n",
                    seed,
                    round,
                    killed ? "killed" : "done",
                    exact ? "at " + point : "after " + millis + " ms",
                    Files.readAllLines(acks).size());
            audit.nothingLost(Files.readAllBytes(acks), true);
        }
        audit.equal(Files.readAllBytes(acks));
    }
}
