package dev.tandem.assistant.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.Tuning;
import dev.tandem.xmpp.carrier.SimulatedWire;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Single scenes in good weather, where not only the end counts but what it cost. */
@DisplayName("A world of devices in good weather")
class WorldTest {
    private static World world(int devices, int accounts) {
        SimulatedWire.Weather good = new SimulatedWire.Weather(0, 0, 1, 5);
        World world = new World(1, new World.Shape(devices, accounts, 1, 0, 0, 1, good, Tuning.DEFAULT));
        world.machines.forEach(Machine::start);
        return world;
    }

    private static List<Replica> replicas(World world) {
        return world.replicas(world.folders.get(0));
    }

    private static Stream<String> troubles(World world) {
        return replicas(world).stream()
                .flatMap(replica -> replica.journal.stream())
                .filter(note -> note.type().endsWith("-failed"))
                .map(Object::toString);
    }

    @Test
    @DisplayName("PUSH-4: two that push to each other at once after pairing both finish, and no time-out is involved")
    void bothPushAtOnce() {
        for (int seed = 0; seed < 200; seed++) {
            World world = world(2, 1);
            replicas(world).forEach(replica -> replica.edit("on-" + replica.repository.uuid));
            world.run(1_000 + seed);
            world.pairAll();
            // the links take up to 3 s to come about; the shortest time-out anywhere is 30 s
            world.run(6_000);

            assertThat(replicas(world))
                    .extracting(replica -> replica.repository.tips())
                    .containsOnly(replicas(world).get(0).repository.tips());
            assertThat(troubles(world)).isEmpty();
            world.converge();
        }
    }

    @ParameterizedTest(name = "{0} devices")
    @ValueSource(ints = {2, 5, 9, 10, 25, 50})
    @DisplayName("one edit is pushed once to each device that lacks it, with messages in proportion to their number")
    void oneEdit(int devices) {
        World world = world(devices, 1 + devices / 5);
        world.converge();
        long pushes = world.laws.pushes;
        long requests = world.laws.requests;

        replicas(world).get(devices - 1).edit("news");
        world.converge();

        assertThat(world.laws.pushes - pushes).isEqualTo(devices - 1);
        assertThat(world.laws.requests - requests).isLessThanOrEqualTo(devices <= 9 ? 81 : 4L * devices);
    }

    @ParameterizedTest(name = "{0} devices")
    @ValueSource(ints = {10, 25, 50})
    @DisplayName("an edit on each at once costs a dozen pushes for each, not one to each for each")
    void editsOnAll(int devices) {
        World world = world(devices, 1);
        world.converge();
        long pushes = world.laws.pushes;

        replicas(world).forEach(replica -> world.after(200, () -> replica.edit("of-" + replica.repository.uuid)));
        world.run(200);
        world.converge();

        assertThat(world.laws.pushes - pushes).isLessThanOrEqualTo(12L * devices);
    }

    @Test
    @DisplayName("PUSH-16: devices that hold the same exchange no push when they meet")
    void nothingToPush() {
        World world = world(3, 2);
        replicas(world).get(0).edit("news");
        world.converge();
        long pushes = world.laws.pushes;

        for (int i = 0; i < 10; i++) {
            world.machines.get(0).loses(world.machines.get(1));
            world.run(200_000);
        }
        world.converge();

        assertThat(world.laws.pushes).isEqualTo(pushes);
    }

    @Test
    @DisplayName("PUSH-17: who returns after months is told once and pushed to once by one, however much there was")
    void months() {
        World world = world(3, 1);
        world.converge();
        Machine away = world.machines.get(2);
        away.crash();
        for (int day = 0; day < 90; day++) {
            replicas(world).get(day % 2).edit("day-" + day);
            world.run(TimeUnit.HOURS.toMillis(24));
        }
        long pushes = world.laws.pushes;
        long requests = world.laws.requests;

        away.startAgain();
        world.run(10_000);
        world.converge();

        assertThat(world.laws.pushes - pushes).isLessThanOrEqualTo(2);
        assertThat(world.laws.requests - requests).isLessThanOrEqualTo(12);
    }

    @Test
    @DisplayName("a manual sync ends when all that can be reached have confirmed, and names those that are away")
    void manualSync() {
        World world = world(4, 2);
        world.converge();
        world.machines.get(3).crash();
        world.run(TimeUnit.MINUTES.toMillis(4));
        Replica replica = replicas(world).get(0);
        replicas(world).get(1).edit("theirs");
        replica.edit("ours");
        replica.sync();
        world.run(5_000);

        assertThat(replica.syncsEnded).singleElement().satisfies(end -> {
            assertThat(end.confirmed()).containsExactlyInAnyOrder("device-1", "device-2");
            assertThat(end.unreachable()).containsExactly("device-3");
            assertThat(end.missing()).isEmpty();
        });
    }

    @Test
    @DisplayName("a manual sync that a peer does not answer names that one, with the sentence why")
    void silentPeer() {
        World world = world(3, 2);
        world.converge();
        Replica replica = replicas(world).get(0);
        world.cut(world.machines.get(0), world.machines.get(2));
        replica.sync(60_000); // twice as long as an answer may take
        world.run(Duration.ofSeconds(65).toMillis());

        assertThat(replica.syncsEnded).singleElement().satisfies(end -> {
            assertThat(end.confirmed()).containsExactly("device-1");
            assertThat(end.missing()).containsOnlyKeys("device-2");
            assertThat(end.missing().get("device-2")).contains("no answer in time");
        });
    }

    @Test
    @DisplayName("PUSH-13: a push from a repository that nobody paired is refused, and journalled once")
    void unknownRepository() {
        World world = world(2, 1);
        Machine one = world.machines.get(0);
        Machine two = world.machines.get(1);
        // only the first knows of the second
        one.paired(one.repositories.get(0), two, two.repositories.get(0).uuid);
        world.link(one, two);
        for (int i = 0; i < 5; i++) {
            one.replica(one.repositories.get(0)).edit("f" + i);
            world.run(60_000);
        }

        assertThat(replicas(world).get(1).journal)
                .filteredOn(note -> note.type().equals("refused"))
                .hasSize(1);
        assertThat(two.repositories.get(0).tips()).isEqualTo(History.tips(0, 0));
    }

    @Test
    @DisplayName("a paused folder is left alone, and catches up when it goes on")
    void paused() {
        World world = world(2, 1);
        world.converge();
        Replica replica = replicas(world).get(0);
        replica.post(new Event.PauseSet(true));
        replicas(world).get(1).edit("meanwhile");
        world.run(60_000);
        assertThat(replica.repository.tips()).isEqualTo(History.tips(0, 0));

        replica.post(new Event.PauseSet(false));
        world.run(10_000);

        assertThat(replica.repository.tips())
                .isEqualTo(replicas(world).get(1).repository.tips());
    }
}
