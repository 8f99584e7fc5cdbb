package dev.tandem.assistant;

import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.commands.Failure;
import dev.tandem.assistant.commands.Outcome;
import dev.tandem.assistant.commands.Run;
import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredDevice;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.link.Links;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * The steps of {@code peers forget}: find out which, revoke it in the store, tell everybody who has to do with it. A
 * daemon that starts between the last two knows no such device, and tells the other members of its folders when it
 * meets them.
 */
final class ForgetSteps {
    /** A shorter beginning of a fingerprint is too easily another device's. */
    private static final int PREFIX_MIN = 6;

    private final Store store;
    private final Folders folders;
    private final Links links;
    private final Mesh mesh;
    private final MeshTalk talk;
    private final InstantSource clock;

    ForgetSteps(Store store, Folders folders, Links links, Mesh mesh, MeshTalk talk, InstantSource clock) {
        this.store = store;
        this.folders = folders;
        this.links = links;
        this.mesh = mesh;
        this.talk = talk;
        this.clock = clock;
    }

    void run(Command.Forget command, Run run) {
        run.end(
                switch (run.step()) {
                    case Command.FIRST -> find(command);
                    case "revoke" -> revoke(command);
                    case "tell" -> tell(command, run);
                    default -> throw new IllegalStateException("no step " + run.step());
                });
    }

    private Outcome find(Command.Forget command) {
        String which = command.which();
        List<StoredDevice> found = matching(store, which);
        return found.size() == 1
                ? new Outcome.Next("revoke", new Command.Forget(which, facts(found.get(0))), Outcome.NOTHING)
                : new Outcome.Failed(Failure.of(notOne(which, found)));
    }

    /** The devices that a user may mean. */
    static List<StoredDevice> matching(Store store, String which) {
        String prefix = which.toLowerCase(Locale.ROOT).replace(":", "");
        return store.devices().list().stream()
                .filter(device -> device.name().equals(which)
                        || (prefix.length() >= PREFIX_MIN
                                && device.device().hex().startsWith(prefix)))
                .toList();
    }

    /** What to say where that is not exactly one. */
    static String notOne(String which, List<StoredDevice> found) {
        return found.isEmpty()
                ? "no device is called " + which + ", nor does a fingerprint begin so; `tandem peers` lists them"
                : which + " may be any of " + found.size()
                        + " devices; nothing was changed; give the fingerprint that `tandem peers` shows";
    }

    private Command.Revoked facts(StoredDevice device) {
        DeviceId id = device.device();
        List<Command.SharedFolder> peers = store.peers().list().stream()
                .filter(peer -> peer.device().equals(id))
                .map(peer -> new Command.SharedFolder(
                        peer.folder().toString(), peer.uuid().toString()))
                .toList();
        List<String> names = store.folders().list().stream()
                .filter(folder -> peers.stream()
                        .anyMatch(peer -> peer.here().equals(folder.uuid().toString())))
                .map(folder -> folder.name())
                .sorted()
                .toList();
        return new Command.Revoked(
                id.hex(), device.name(), device.jid(), links.up().contains(id), names, peers);
    }

    private Outcome revoke(Command.Forget command) {
        Command.Revoked revoked = Objects.requireNonNull(command.revoked());
        DeviceId device = new DeviceId(revoked.device());
        Map<String, String> fields = Map.of("device", device.brief(), "name", revoked.name());
        return new Outcome.Next("tell", command, () -> {
            if (mesh.revoke(device)) {
                store.journal().append(clock.instant(), "device-revoked", null, fields);
            }
        });
    }

    private Outcome tell(Command.Forget command, Run run) {
        Command.Revoked revoked = Objects.requireNonNull(command.revoked());
        DeviceId device = new DeviceId(revoked.device());
        for (Command.SharedFolder peer : revoked.peers()) {
            Optional<OpenFolder> folder = folders.of(peer.here());
            folder.ifPresent(
                    open -> open.post(new Event.PeerRemoved(new Client(device, UUID.fromString(peer.there())))));
            talk.changed(UUID.fromString(peer.here()));
        }
        links.pinsChanged();
        run.at("told everybody");
        return new Outcome.Done(
                new PeerActions.Forgotten(
                        revoked.device(), revoked.name(), revoked.jid(), revoked.online(), revoked.folders()),
                Outcome.NOTHING);
    }
}
