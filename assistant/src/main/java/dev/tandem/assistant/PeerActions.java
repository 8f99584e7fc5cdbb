package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredDevice;
import dev.tandem.assistant.store.StoredFolder;
import dev.tandem.assistant.store.StoredPeer;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.link.Links;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a user asks of the devices of the mesh. Any thread. */
final class PeerActions {
    /** Nothing but the disk is waited for. */
    private static final Duration FORGET = Duration.ofSeconds(25);

    /** What this device is called where it is renamed. */
    private static final String THIS = "this";

    private final Store store;
    private final Links links;
    private final Mesh mesh;
    private final MeshTalk talk;
    private final Records records;
    private final CommandRunner commands;

    PeerActions(Store store, Links links, Mesh mesh, MeshTalk talk, Records records, CommandRunner commands) {
        this.store = store;
        this.links = links;
        this.mesh = mesh;
        this.talk = talk;
        this.records = records;
        this.commands = commands;
    }

    /** What the others call this device. */
    String ownName() {
        return mesh.ownName();
    }

    List<Actions.Device> list() {
        Set<DeviceId> up = links.up();
        return store.devices().list().stream()
                .map(device -> device(device, up.contains(device.device())))
                .toList();
    }

    private Actions.Device device(StoredDevice device, boolean online) {
        Map<Object, String> names =
                store.folders().list().stream().collect(Collectors.toMap(StoredFolder::uuid, StoredFolder::name));
        List<String> shared = peers(device.device()).stream()
                .map(peer -> names.getOrDefault(peer.folder(), ""))
                .filter(name -> !name.isEmpty())
                .distinct()
                .sorted()
                .toList();
        Map<String, String> vouchers = new TreeMap<>();
        store.memberships().introduced().stream()
                .filter(vouching -> vouching.device().equals(device.device()))
                .forEach(vouching -> vouchers.put(
                        names.getOrDefault(vouching.folder(), ""), records.deviceName(vouching.voucher())));
        return new Actions.Device(device.device().hex(), device.name(), device.jid(), online, shared, vouchers);
    }

    private List<StoredPeer> peers(DeviceId device) {
        return store.peers().list().stream()
                .filter(peer -> peer.device().equals(device))
                .toList();
    }

    /** What came of a revocation. */
    record Forgotten(String device, String name, String jid, boolean online, List<String> folders) {}

    Actions.Device forget(String correlation, String which) throws ActionFailed {
        String asked = commands.submit(correlation, null, "peers", new Command.Forget(which, null));
        Forgotten was = Answers.await(
                commands.result(asked),
                Forgotten.class,
                FORGET,
                which + " is not revoked yet; it goes on in the background; see `tandem peers`");
        return new Actions.Device(was.device, was.name, was.jid, was.online, was.folders, Map.of());
    }

    /** Calls a device so here, or, if it is {@code this} one, everywhere. */
    void rename(String which, String name) throws ActionFailed {
        if (!MeshWire.isName(name)) {
            throw new ActionFailed(
                    ActionFailed.Kind.USAGE,
                    "a name is 1 to 100 characters on one line; nothing was changed; choose another");
        }
        if (which.equals(THIS)) {
            mesh.renameThis(name);
            talk.renamed();
        } else {
            List<StoredDevice> found = ForgetSteps.matching(store, which);
            if (found.size() != 1) {
                throw new ActionFailed(ActionFailed.Kind.FAILED, ForgetSteps.notOne(which, found));
            }
            mesh.rename(found.get(0).device(), name);
        }
        records.note(null, "device-renamed", Map.of("device", which, "name", name));
    }
}
