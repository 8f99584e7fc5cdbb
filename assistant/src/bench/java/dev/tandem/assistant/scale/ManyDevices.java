package dev.tandem.assistant.scale;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.tandem.assistant.Daemon;
import dev.tandem.assistant.Options;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.api.Home;
import dev.tandem.assistant.api.Status;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredDevice;
import dev.tandem.assistant.store.StoredFolder;
import dev.tandem.assistant.store.StoredPeer;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.link.DeviceIdentity;
import dev.tandem.xmpp.testing.Prosody;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Real daemons in one process, all paired with all over one real Prosody, each with a folder of its own: how long one
 * edit on one device takes to all, and one edit on each, and what is sent for it.
 *
 * <p>Arguments: a directory for everything, then the numbers of devices, each measured in turn.
 */
public final class ManyDevices {
    private static final String JID = "ada@localhost";
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** A device of the run. */
    private record Member(String name, Path home, Path folder) {}

    /** What all devices have sent so far. */
    private record Sent(long pushes, long requests, long frames, long bytes) {
        Sent minus(Sent before) {
            return new Sent(
                    pushes - before.pushes, requests - before.requests, frames - before.frames, bytes - before.bytes);
        }
    }

    private final Prosody server;
    private final List<Member> members = new ArrayList<>();
    private final List<Daemon> daemons = new ArrayList<>();

    private ManyDevices(Path directory, int devices) throws Exception {
        server = Prosody.start(directory.resolve("prosody"));
        server.addUser("ada", "secret");
        for (int i = 0; i < devices; i++) {
            Path place = directory.resolve("device-" + i);
            members.add(new Member("device-" + i, place.resolve("home"), place.resolve("notes")));
        }
    }

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        System.out.println(
                "| devices | linked, s | edit | seen by all, s | all say so, s | pushes | requests | frames | KiB |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        for (int i = 1; i < arguments.length; i++) {
            int devices = Integer.parseInt(arguments[i]);
            ManyDevices run = new ManyDevices(Path.of(arguments[0]).resolve("run-" + devices), devices);
            try {
                run.measure();
            } finally {
                run.close();
            }
        }
    }

    private void measure() throws Exception {
        for (Member member : members) {
            Files.createDirectories(member.folder);
            try (Daemon daemon = Daemon.start(new Home(member.home), new Options(member.name, Options.Direct.OFF))) {
                daemon.actions()
                        .addAccount(new Actions.NewAccount(
                                JID, "secret", server.address(), Files.readString(server.certificate())));
                daemon.actions().addFolder(member.folder, Optional.of("notes"));
            }
        }
        pairAll();
        long start = System.nanoTime();
        for (Member member : members) {
            daemons.add(Daemon.start(new Home(member.home), new Options(member.name, Options.Direct.OFF)));
        }
        await("all are linked", this::agree);
        String linked = seconds(System.nanoTime() - start);
        for (int round = 1; round <= 3; round++) {
            edit(linked, "one", List.of(members.get(members.size() - 1)), round);
        }
        for (int round = 1; round <= 3; round++) {
            edit(linked, "one on each", members, round);
        }
    }

    private void edit(String linked, String what, List<Member> editors, int round) throws Exception {
        Sent before = sent();
        long start = System.nanoTime();
        for (Member editor : editors) {
            Files.writeString(editor.folder.resolve(what + " " + round + " from " + editor.name), "news\n");
        }
        await(
                "all have it",
                () -> members.stream()
                        .allMatch(member -> editors.stream()
                                .allMatch(editor -> Files.exists(
                                        member.folder.resolve(what + " " + round + " from " + editor.name)))));
        String seen = seconds(System.nanoTime() - start);
        await("all say so", this::agree);
        String said = seconds(System.nanoTime() - start);
        Sent sent = sent().minus(before);
        System.out.printf(
                "| %d | %s | %s | %s | %s | %d | %d | %d | %d |%n",
                members.size(), linked, what, seen, said, sent.pushes, sent.requests, sent.frames, sent.bytes / 1024);
    }

    /** Writes into each store what a pairing of each with each leaves there. */
    private void pairAll() throws Exception {
        List<DeviceId> ids = new ArrayList<>();
        List<StoredFolder> folders = new ArrayList<>();
        for (Member member : members) {
            ids.add(DeviceIdentity.loadOrCreate(member.home, InstantSource.system(), new SecureRandom())
                    .id());
            try (Store store = Store.open(new Home(member.home).database())) {
                folders.add(store.folders().list().get(0));
            }
        }
        for (int i = 0; i < members.size(); i++) {
            try (Store store = Store.open(new Home(members.get(i).home).database())) {
                for (int k = 0; k < members.size(); k++) {
                    if (i != k) {
                        store.devices()
                                .store(new StoredDevice(
                                        ids.get(k),
                                        members.get(k).name,
                                        JID,
                                        InstantSource.system().instant()));
                        store.peers()
                                .store(new StoredPeer(
                                        folders.get(i).uuid(),
                                        ids.get(k),
                                        folders.get(k).uuid(),
                                        Optional.empty(),
                                        Optional.empty()));
                    }
                }
            }
        }
    }

    private boolean agree() {
        List<Status.Folder> all = daemons.stream()
                .map(daemon -> daemon.actions().status().folders().get(0))
                .toList();
        return all.stream()
                .allMatch(folder -> folder.state().equals("synced")
                        && folder.peers().stream().allMatch(peer -> peer.reason() == null)
                        && java.util.Objects.equals(folder.head(), all.get(0).head()));
    }

    private Sent sent() {
        Sent sum = new Sent(0, 0, 0, 0);
        for (Daemon daemon : daemons) {
            var traffic = daemon.traffic();
            sum = new Sent(
                    sum.pushes + traffic.streams(),
                    sum.requests + traffic.requests(),
                    sum.frames + traffic.frames(),
                    sum.bytes + traffic.bytes());
        }
        return sum;
    }

    /** Looks less often the more there are, so as not to measure the looking. */
    private void await(String what, BooleanSupplier holds) throws InterruptedException {
        long start = System.nanoTime();
        for (int look = 1; !holds.getAsBoolean(); look++) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new IllegalStateException("gave up after " + PATIENCE.toMinutes() + " min: " + what);
            }
            if (look % 100 == 0) {
                System.err.println(what + " after " + seconds(System.nanoTime() - start) + " s? " + reasons());
            }
            Thread.sleep(20 + 5L * members.size());
        }
    }

    /** Why peers are not in sync, and how many for each reason. */
    private Map<String, Long> reasons() {
        return daemons.stream()
                .flatMap(daemon -> daemon.actions().status().folders().get(0).peers().stream())
                .map(peer -> String.valueOf(peer.reason()).replaceAll("[0-9].*", "…"))
                .collect(groupingBy(reason -> reason, TreeMap::new, counting()));
    }

    private static String seconds(long nanos) {
        return String.format("%.2f", nanos / 1e9);
    }

    private void close() throws Exception {
        daemons.parallelStream().forEach(Daemon::close);
        server.close();
    }
}
