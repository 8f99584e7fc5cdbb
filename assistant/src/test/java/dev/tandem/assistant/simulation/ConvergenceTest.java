package dev.tandem.assistant.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.Tips;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A world of devices")
class ConvergenceTest {
    static Stream<Long> seeds() {
        return LongStream.rangeClosed(1, 300).boxed();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @DisplayName("ends with one head and no edit lost, whatever is edited, cut and healed in which order")
    void converges(long seed) {
        World world = new World(seed, 2 + (int) (seed % 4));

        for (int step = 0; step < 30; step++) {
            SimulatedDevice one = world.devices.get(world.random.nextInt(world.devices.size()));
            SimulatedDevice two = world.devices.get(world.random.nextInt(world.devices.size()));
            switch (world.random.nextInt(5)) {
                case 0 -> one.post(new Event.PauseSet(world.random.nextBoolean()));
                case 1 -> {
                    if (one != two) {
                        world.cut(one, two);
                    }
                }
                case 2 -> world.heal(one, two);
                default -> one.edit("edit-" + step);
            }
            world.runFor(world.random.nextInt(400));
        }
        for (SimulatedDevice one : world.devices) {
            one.post(new Event.PauseSet(false));
            world.devices.forEach(two -> world.heal(one, two));
        }
        world.runUntilQuiet();

        List<Tips> tips =
                world.devices.stream().map(SimulatedDevice::tips).distinct().toList();
        assertThat(tips).as("seed %d: one head on all devices", seed).hasSize(1);
        assertThat(world.devices).as("seed %d: all say so", seed).allSatisfy(device -> {
            assertThat(device.snapshot().state()).isEqualTo("synced");
            assertThat(device.snapshot().tips()).isEqualTo(tips.get(0));
            assertThat(device.snapshot().peers()).noneMatch(peer -> peer.desynced());
        });
    }

    @Test
    @DisplayName("PUSH-4: two devices that push to each other at once both finish")
    void bothAtOnce() {
        World world = new World(7, 2);
        world.runUntilQuiet();

        world.devices.get(0).edit("left");
        world.devices.get(1).edit("right");
        world.runUntilQuiet();

        assertThat(world.devices)
                .allSatisfy(device -> assertThat(device.history).containsExactly("left", "right"));
    }

    @Test
    @DisplayName("PUSH-16: devices that hold the same exchange no push when they meet")
    void noPushWithoutNeed() {
        World world = new World(1, 2);
        world.devices.get(0).edit("one");
        world.runUntilQuiet();
        long before = world.pushes;

        world.cut(world.devices.get(0), world.devices.get(1));
        world.heal(world.devices.get(0), world.devices.get(1));
        world.runUntilQuiet();

        assertThat(world.pushes).isEqualTo(before);
        assertThat(world.devices)
                .allSatisfy(device -> assertThat(device.snapshot().peers()).noneMatch(peer -> peer.desynced()));
    }

    @Test
    @DisplayName("one edit costs one push to each device that lacks it")
    void onePushAnEdit() {
        World world = new World(3, 2);
        world.runUntilQuiet();

        IntStream.range(0, 10).forEach(i -> {
            world.devices.get(0).edit("edit-" + i);
            world.runUntilQuiet();
        });

        assertThat(world.pushes).isEqualTo(10);
    }

    @Test
    @DisplayName("a manual sync ends when every reachable peer has confirmed, and names those that are away")
    void manualSync() {
        World world = new World(5, 3);
        world.runUntilQuiet();
        world.cut(world.devices.get(0), world.devices.get(2));
        world.devices.get(1).edit("elsewhere");

        world.devices.get(0).post(new Event.SyncRequested(42));
        world.runUntilQuiet();

        assertThat(world.devices.get(0).syncsEnded).singleElement().satisfies(end -> {
            assertThat(end.token()).isEqualTo(42);
            assertThat(end.confirmed()).containsExactly("device-1");
            assertThat(end.unreachable()).containsExactly("device-2");
            assertThat(end.obstacle()).isNull();
        });
    }

    @Test
    @DisplayName("a manual sync of a paused folder ends at once and says why")
    void manualSyncWhilePaused() {
        World world = new World(5, 2);
        world.devices.get(0).post(new Event.PauseSet(true));

        world.devices.get(0).post(new Event.SyncRequested(1));

        assertThat(world.devices.get(0).syncsEnded)
                .singleElement()
                .satisfies(end -> assertThat(end.obstacle()).contains("paused"));
    }

    @Test
    @DisplayName("PUSH-13: a push from a repository that nobody paired is refused, and journalled once")
    void unknownRepository() {
        World world = new World(5, 2);
        world.runUntilQuiet();
        SimulatedDevice device = world.devices.get(0);
        Client stranger = new Client(world.devices.get(1).client.device(), new UUID(9, 9));

        for (long stream = 1; stream <= 3; stream++) {
            device.post(new Event.PushOffered(stranger, stream));
        }

        assertThat(device.refused).hasSize(3).allMatch(reason -> reason.contains("not known"));
        assertThat(device.journal.stream().filter(note -> note.type().equals("refused")))
                .hasSize(1);
    }
}
