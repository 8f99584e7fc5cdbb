package dev.tandem.assistant.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.core.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Every law of {@link Laws}, in many worlds. A failure names its seed; {@code -Dsim.seed=N} runs that one alone,
 * exactly as before; {@code -Dsim.small=} and {@code -Dsim.big=} say how many worlds, {@code -Dsim.from=} where to
 * begin.
 */
@DisplayName("In any world of devices")
class SimulationTest {
    private static final long FROM = Long.getLong("sim.from", 1);

    /** What a run came to. */
    record Run(long seed, long trace, long steps, Laws laws, long convergedNanos) {}

    @Test
    @DisplayName(
            "a few devices end with one head and nothing lost, whatever fails: PUSH-3, 4, 5, 9, 11, 12, 13, 17, 18, 19, 22")
    void small() {
        report("small", runAll(Long.getLong("sim.small", 10_000), SimulationTest::smallRun));
    }

    @Test
    @DisplayName("two hundred devices do so too, with pushes in proportion to their number")
    void big() {
        report("big", runAll(Long.getLong("sim.big", 50), SimulationTest::bigRun));
    }

    @Test
    @DisplayName("the same seed is the same run, step by step")
    void replays() {
        for (long seed = FROM; seed < FROM + 20; seed++) {
            assertThat(smallRun(seed).trace()).isEqualTo(smallRun(seed).trace());
        }
    }

    private static Run smallRun(long seed) {
        World world = World.small(seed);
        world.machines.forEach(Machine::start);
        if (world.chance(0.7)) {
            world.pairAll();
        }
        int steps = 10 + world.random.nextInt(30);
        for (int step = 0; step < steps; step++) {
            disturb(world);
            world.run(world.chance(0.1) ? 100_000 : 1 + world.random.nextInt(3_000));
        }
        return end(seed, world);
    }

    private static void disturb(World world) {
        Machine one = world.anyone();
        Machine two = world.anyone();
        int what = world.random.nextInt(20);
        if (!one.isUp()) {
            if (what < 10) {
                one.startAgain();
            }
            return;
        }
        Replica replica = one.replica(world.anyFolder(one));
        switch (what) {
            case 0 -> one.crash();
            case 1 -> world.cut(one, two);
            case 2, 3 -> world.heal(one, two);
            case 4 -> world.pair(one, two);
            case 5 -> replica.post(new Event.PauseSet(true));
            case 6 -> replica.post(new Event.PauseSet(false));
            case 7 -> replica.busy("a rebase is going on");
            case 8 -> replica.busy(null);
            case 9 -> replica.sync();
            case 10 -> replica.commitByHand();
            case 11 -> replica.annexLine();
            case 12 -> one.loses(two);
            case 13 -> replica.post(new Event.RescanNeeded("events were lost"));
            default -> replica.edit(world.anyPath());
        }
    }

    private static Run bigRun(long seed) {
        World world = World.big(seed);
        world.machines.forEach(Machine::start);
        world.pairAll();
        world.run(10_000);
        for (Machine machine : world.machines) {
            world.after(5_000, () -> {
                if (machine.isUp()) {
                    machine.replica(machine.repositories.get(0)).edit("from-" + machine.number);
                }
            });
        }
        for (int step = 0; step < 20; step++) {
            world.run(500);
            Machine one = world.anyone();
            switch (world.random.nextInt(3)) {
                case 0 -> world.cut(one, world.anyone());
                case 1 -> world.machines.forEach(other -> world.heal(one, other));
                default -> {
                    if (one.isUp()) {
                        one.crash();
                        world.after(10_000, one::startAgain);
                    }
                }
            }
        }
        return end(seed, world);
    }

    private static Run end(long seed, World world) {
        long took = world.converge();
        return new Run(seed, world.laws.trace(), world.time.steps(), world.laws, took);
    }

    /** On all processors; the first failure by number, with its seed, is the test's. */
    private static List<Run> runAll(long count, LongFunction<Run> run) {
        Long only = Long.getLong("sim.seed");
        LongStream seeds = only == null ? LongStream.range(FROM, FROM + count) : LongStream.of(only);
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<Future<Run>> running = new ArrayList<>();
            seeds.forEach(seed -> running.add(threads.submit(() -> named(seed, run))));
            List<Run> runs = new ArrayList<>();
            for (Future<Run> each : running) {
                runs.add(each.get());
            }
            return runs;
        } catch (ExecutionException breach) {
            throw new AssertionError(String.valueOf(breach.getCause()), breach.getCause());
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Run named(long seed, LongFunction<Run> run) {
        try {
            return run.apply(seed);
        } catch (AssertionError | RuntimeException breach) {
            throw new AssertionError("seed " + seed + " (replay with -Dsim.seed=" + seed + "): " + breach, breach);
        }
    }

    private static void report(String what, List<Run> runs) {
        long edits = runs.stream().mapToLong(run -> run.laws.commits).sum();
        System.out.printf(
                "%s worlds: %d runs, %d steps, %d commits, %d merges, %d pushes, %d requests, %d links, %d crashes;"
                        + " all the same within %.1f s on average, %.1f s at most%n",
                what,
                runs.size(),
                runs.stream().mapToLong(Run::steps).sum(),
                edits,
                runs.stream().mapToLong(run -> run.laws.merges).sum(),
                runs.stream().mapToLong(run -> run.laws.pushes).sum() / 2,
                runs.stream().mapToLong(run -> run.laws.requests).sum(),
                runs.stream().mapToLong(run -> run.laws.linkUps).sum() / 2,
                runs.stream().mapToLong(run -> run.laws.crashes).sum(),
                runs.stream().mapToLong(Run::convergedNanos).average().orElse(0) / 1e9,
                runs.stream().mapToLong(Run::convergedNanos).max().orElse(0) / 1e9);
    }
}
