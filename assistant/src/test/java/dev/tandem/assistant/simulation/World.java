package dev.tandem.assistant.simulation;

import dev.tandem.assistant.core.Tuning;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.SimulatedWire;
import dev.tandem.xmpp.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Devices that share folders over a network, all of it decided by one seed. */
final class World {
    /**
     * What a world is made of.
     *
     * @param accounts on which the devices are spread; several may have one
     * @param folders each has the first on every device, and each further one on about two thirds
     * @param trouble the share of pushes that fail at the receiver
     * @param twice the share of devices that have the first folder in two places
     * @param linked the share of pairs of devices that are paired
     */
    record Shape(
            int devices,
            int accounts,
            int folders,
            double trouble,
            double twice,
            double linked,
            SimulatedWire.Weather weather,
            Tuning tuning) {}

    /** How long after the last disturbance all must hold the same. */
    private static final int CONVERGES_MINUTES = 15;

    private static final int LOOK_SECONDS = 5;

    /** Prints every event, for whoever looks into one seed. */
    static final boolean TALKATIVE = Boolean.getBoolean("sim.print");

    private static final int MAX_DESCRIPTION = 4_000;

    final VirtualTime time;
    final Laws laws = new Laws();
    final RandomGenerator random;
    final List<Machine> machines = new ArrayList<>();
    final List<SimulatedRepository.Shared> folders = new ArrayList<>();
    private final Shape shape;
    private final Map<DeviceId, Machine> byId = new HashMap<>();
    private final Set<Long> paired = new LinkedHashSet<>();
    private final Set<Long> cut = new HashSet<>();
    private final Set<Long> connecting = new HashSet<>();
    private int paths;

    World(long seed, Shape shape) {
        this.shape = shape;
        SplittableRandom root = new SplittableRandom(seed);
        random = root.split();
        time = new VirtualTime(root.split());
        for (int i = 0; i < shape.devices; i++) {
            String jid = "account-" + i % shape.accounts + "@example.org";
            Machine machine = new Machine(this, i, jid, shape.tuning);
            machines.add(machine);
            byId.put(machine.id, machine);
        }
        for (int f = 0; f < shape.folders; f++) {
            SimulatedRepository.Shared shared = SimulatedRepository.Shared.named("folder-" + f);
            folders.add(shared);
            for (Machine machine : machines) {
                if (f == 0 || chance(0.67)) {
                    machine.repositories.add(new SimulatedRepository(shared, new UUID(random.nextLong(), f)));
                }
                if (f == 0 && chance(shape.twice)) {
                    machine.repositories.add(new SimulatedRepository(shared, new UUID(random.nextLong(), 100)));
                }
            }
        }
    }

    /**
     * What most runs look like: few devices in bad weather, one to five accounts, one or two folders, some of them
     * twice on a device, all paired with all or in a chain with some more.
     */
    static World small(long seed) {
        SplittableRandom dice = new SplittableRandom(seed ^ 0x5ca1ab1eL);
        int devices = 2 + dice.nextInt(4);
        int delay = dice.nextInt(5, 400);
        SimulatedWire.Weather weather =
                new SimulatedWire.Weather(dice.nextDouble() * 0.2, dice.nextDouble() * 0.2, 1, delay);
        Tuning tuning = new Tuning(
                1 + dice.nextInt(4),
                1,
                dice.nextInt(6),
                Duration.ofMillis(dice.nextInt(500)),
                Duration.ofSeconds(5 + dice.nextInt(25)),
                Duration.ofSeconds(5 + dice.nextInt(15)));
        double linked = dice.nextBoolean() ? 1 : dice.nextDouble();
        return new World(
                seed,
                new Shape(devices, 1 + dice.nextInt(devices), 1 + dice.nextInt(2), 0.02, 0.1, linked, weather, tuning));
    }

    /** Two hundred devices on twenty accounts, all paired with all or with one in ten. */
    static World big(long seed) {
        SimulatedWire.Weather weather = new SimulatedWire.Weather(0.01, 0.01, 1, 40);
        return new World(seed, new Shape(200, 20, 1, 0.02, 0, seed % 5 == 0 ? 1 : 0.1, weather, Tuning.DEFAULT));
    }

    // ---- chance and time

    boolean chance(double share) {
        return random.nextDouble() < share;
    }

    /** Why a push that has arrived is not taken, or null if it is. */
    @Nullable
    String trouble() {
        return chance(shape.trouble) ? "the disk is full" : null;
    }

    /** How long a job on the files takes at most, in milliseconds. */
    int slowness() {
        return chance(0.05) ? 3_000 : 60;
    }

    /** Bytes beside the ids: most are small, some need more credit than there is at first. */
    int packSize() {
        return chance(0.02) ? 150_000 : random.nextInt(6_000);
    }

    /** Runs a step within so many milliseconds. */
    void after(int withinMillis, Runnable step) {
        time.at(time.nanos() + random.nextInt(1, withinMillis * 1_000) * 1_000L, step);
    }

    /** Runs a step after so many milliseconds. */
    void at(long millis, Runnable step) {
        time.at(time.nanos() + TimeUnit.MILLISECONDS.toNanos(millis), step);
    }

    void run(long millis) {
        long until = time.nanos() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (time.step(until)) {
            laws.check();
        }
        time.pass(TimeUnit.NANOSECONDS.toMillis(until - time.nanos()));
    }

    // ---- devices

    Machine machine(DeviceId id) {
        Machine machine = byId.get(id);
        if (machine == null) {
            throw new IllegalArgumentException("no device " + id);
        }
        return machine;
    }

    Machine anyone() {
        return machines.get(random.nextInt(machines.size()));
    }

    /** One of the folders on a device. */
    SimulatedRepository anyFolder(Machine machine) {
        return machine.repositories.get(random.nextInt(machine.repositories.size()));
    }

    /** A name of a file that nobody has yet, or one that others may have too. */
    String anyPath() {
        return chance(0.3) ? "file-" + random.nextInt(5) : "new-" + ++paths;
    }

    /** Pairs two devices for every folder that both have; each end learns of it in its own time. */
    void pair(Machine one, Machine two) {
        if (one == two || !paired.add(key(one, two))) {
            return;
        }
        for (SimulatedRepository ours : one.repositories) {
            for (SimulatedRepository theirs : two.repositories) {
                if (theirs.isOf(ours.shared)) {
                    after(500, () -> one.paired(ours, two, theirs.uuid));
                    after(500, () -> two.paired(theirs, one, ours.uuid));
                }
            }
        }
        wantLink(one, two);
    }

    /** Pairs the devices of each folder in a chain, and beyond it as many as the world's shape has. */
    void pairAll() {
        for (SimulatedRepository.Shared folder : folders) {
            List<Machine> holders = machines.stream()
                    .filter(machine -> machine.repositories.stream().anyMatch(repository -> repository.isOf(folder)))
                    .toList();
            for (int i = 0; i < holders.size(); i++) {
                for (int k = i + 1; k < holders.size(); k++) {
                    if (k == i + 1 || chance(shape.linked)) {
                        pair(holders.get(i), holders.get(k));
                    }
                }
            }
        }
    }

    // ---- the network

    private static long key(Machine one, Machine two) {
        return (long) Math.min(one.number, two.number) << 32 | Math.max(one.number, two.number);
    }

    boolean passes(Machine one, Machine two) {
        return !cut.contains(key(one, two));
    }

    /** From now on nothing passes between the two; nobody is told. */
    void cut(Machine one, Machine two) {
        if (one != two) {
            cut.add(key(one, two));
        }
    }

    void heal(Machine one, Machine two) {
        if (cut.remove(key(one, two))) {
            wantLink(one, two);
        }
    }

    /** Connects two devices that need not both know of each other. */
    void link(Machine one, Machine two) {
        paired.add(key(one, two));
        wantLink(one, two);
    }

    /** Connects two paired devices after a little while, if that is possible then and they are not connected. */
    void wantLink(Machine one, Machine two) {
        long key = key(one, two);
        if (one == two || !paired.contains(key) || !connecting.add(key)) {
            return;
        }
        after(3_000, () -> {
            connecting.remove(key);
            boolean stands = one.link(two.id) != null && two.link(one.id) != null;
            if (!stands && one.isUp() && two.isUp() && passes(one, two)) {
                SimulatedWire wire = new SimulatedWire(time, random, shape.weather, () -> passes(one, two));
                after(200, () -> one.took(two, true, wire.one()));
                after(200, () -> two.took(one, false, wire.two()));
            }
        });
    }

    // ---- the end

    /** Ends all disturbance: every daemon runs, all are paired, everything passes, nobody's git is at work. */
    void calm() {
        cut.clear();
        pairAll();
        for (Machine machine : machines) {
            if (!machine.isUp()) {
                machine.start();
            }
            for (Replica replica : machine.replicas.values()) {
                replica.busy(null);
                replica.post(new dev.tandem.assistant.core.Event.PauseSet(false));
            }
        }
        calmLinks();
    }

    private void calmLinks() {
        for (long key : paired) {
            wantLink(machines.get((int) (key >> 32)), machines.get((int) key));
        }
    }

    /** Runs until all hold the same and say so; then lets two minutes pass, in which nothing may be done any more. */
    long converge() {
        calm();
        long from = time.nanos();
        while (!converged()) {
            laws.require(
                    time.nanos() - from < TimeUnit.MINUTES.toNanos(CONVERGES_MINUTES),
                    () -> "does not converge: " + describe());
            run(TimeUnit.SECONDS.toMillis(LOOK_SECONDS));
            calmLinks();
        }
        long took = time.nanos() - from;
        long done = laws.commits + laws.merges + laws.pushes;
        run(TimeUnit.MINUTES.toMillis(2));
        laws.require(
                laws.commits + laws.merges + laws.pushes == done,
                () -> "PUSH-22: commits, merges or pushes without an edit: " + describe());
        laws.require(converged(), () -> "parts again: " + describe());
        everythingArrived();
        laws.check();
        return took;
    }

    private boolean converged() {
        for (SimulatedRepository.Shared folder : folders) {
            List<Replica> replicas = replicas(folder);
            long tips = replicas.stream()
                    .map(replica -> replica.repository.tips())
                    .distinct()
                    .count();
            if (tips > 1 || !replicas.stream().allMatch(Replica::isDone)) {
                return false;
            }
        }
        return true;
    }

    private void everythingArrived() {
        for (SimulatedRepository.Shared folder : folders) {
            for (Replica replica : replicas(folder)) {
                laws.require(replica.syncsAreOver(), () -> "a manual sync never ended: " + describe());
                for (int edit : folder.edits()) {
                    laws.require(
                            folder.heads().reaches(replica.repository.head(), edit),
                            () -> "an edit is lost: " + edit + " of " + folder.name());
                }
            }
        }
    }

    List<Replica> replicas(SimulatedRepository.Shared folder) {
        List<Replica> all = new ArrayList<>();
        for (Machine machine : machines) {
            machine.replicas.values().stream()
                    .filter(replica -> replica.repository.isOf(folder))
                    .forEach(all::add);
        }
        return all;
    }

    /** Whether a device has, in one of its copies of a folder, all of that commit. */
    boolean contains(String name, SimulatedRepository.Shared folder, int head) {
        return machines.stream()
                .filter(machine -> machine.name.equals(name))
                .flatMap(machine -> machine.repositories.stream())
                .filter(repository -> repository.isOf(folder))
                .anyMatch(repository -> folder.heads().contains(repository.head(), head));
    }

    /** How things stand, in a few lines: who is not done, or differs from the first replica of the folder. */
    private String describe() {
        StringBuilder words =
                new StringBuilder("at ").append(time.instant()).append(' ').append(shape);
        for (SimulatedRepository.Shared folder : folders) {
            List<Replica> replicas = replicas(folder);
            Object first = replicas.get(0).repository.tips();
            for (Replica replica : replicas) {
                boolean odd = !replica.isDone() || !replica.repository.tips().equals(first);
                if (odd && words.length() < MAX_DESCRIPTION) {
                    words.append("\n").append(folder.name()).append(" on ").append(replica.describe());
                }
            }
        }
        return words.toString();
    }
}
