package dev.tandem.assistant.simulation;

import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Event;
import dev.tandem.xmpp.account.DeviceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * Many devices in one thread: real {@code FolderCore}s over pretended repositories and a pretended network, on a
 * virtual clock. The same seed gives the same run.
 */
final class World {
    private record Due(long atMillis, long order, Runnable step) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return atMillis != other.atMillis
                    ? Long.compare(atMillis, other.atMillis)
                    : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final Set<String> cut = new LinkedHashSet<>();
    final Random random;
    final List<SimulatedDevice> devices = new ArrayList<>();
    private long order;
    private long millis;
    long pushes;

    World(long seed, int size) {
        random = new Random(seed);
        for (int i = 0; i < size; i++) {
            devices.add(new SimulatedDevice(this, i));
        }
        for (SimulatedDevice one : devices) {
            for (SimulatedDevice two : devices) {
                if (one != two) {
                    one.post(new Event.PeerAdded(two.client, two.name, "me@example.org", null, null));
                    one.post(new Event.LinkUp(two.client.device(), two.name, "me@example.org", "in-band"));
                }
            }
            one.start();
        }
    }

    Instant now() {
        return Instant.ofEpochMilli(millis);
    }

    /** Runs a step after a delay of virtual time. */
    void after(long delayMillis, Runnable step) {
        due.add(new Due(millis + delayMillis, order++, step));
    }

    /** A delay as a network or a disk would have it. */
    long someTime() {
        return 1L + random.nextInt(200);
    }

    SimulatedDevice device(Client client) {
        return devices.stream().filter(d -> d.client.equals(client)).findFirst().orElseThrow();
    }

    boolean connected(SimulatedDevice one, SimulatedDevice two) {
        return !cut.contains(pair(one, two));
    }

    void cut(SimulatedDevice one, SimulatedDevice two) {
        if (cut.add(pair(one, two))) {
            one.post(new Event.LinkDown(two.client.device(), "cut"));
            two.post(new Event.LinkDown(one.client.device(), "cut"));
        }
    }

    void heal(SimulatedDevice one, SimulatedDevice two) {
        if (cut.remove(pair(one, two))) {
            one.post(new Event.LinkUp(two.client.device(), two.name, "me@example.org", "in-band"));
            two.post(new Event.LinkUp(one.client.device(), one.name, "me@example.org", "in-band"));
        }
    }

    /** Runs until nothing is due any more, or fails: a world that never falls quiet is a law broken. */
    void runUntilQuiet() {
        for (int steps = 0; !due.isEmpty(); steps++) {
            if (steps > 2_000_000) {
                throw new AssertionError("the world does not fall quiet");
            }
            step();
        }
    }

    void runFor(long forMillis) {
        long end = millis + forMillis;
        while (!due.isEmpty() && due.element().atMillis <= end) {
            step();
        }
        millis = end;
    }

    private void step() {
        Due next = due.remove();
        millis = next.atMillis;
        next.step.run();
    }

    private static String pair(SimulatedDevice one, SimulatedDevice two) {
        return Math.min(one.number, two.number) + "-" + Math.max(one.number, two.number);
    }

    static Client client(int number) {
        return new Client(new DeviceId(String.format("%064x", number + 1)), new UUID(0, number + 1));
    }
}
