package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredDevice;
import dev.tandem.assistant.store.StoredFolder;
import dev.tandem.assistant.store.StoredPeer;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.link.Links;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a user asks of the devices of the mesh. Any thread. */
final class PeerActions {
    /** A shorter beginning of a fingerprint is too easily another device's. */
    private static final int PREFIX_MIN = 6;

    /** What this device is called where it is renamed. */
    private static final String THIS = "this";

    private final Store store;
    private final Folders folders;
    private final Links links;
    private final Mesh mesh;
    private final MeshTalk talk;
    private final Records records;

    PeerActions(Store store, Folders folders, Links links, Mesh mesh, MeshTalk talk, Records records) {
        this.store = store;
        this.folders = folders;
        this.links = links;
        this.mesh = mesh;
        this.talk = talk;
        this.records = records;
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

    /**
     * First on disk, so that a crash revokes it wholly or not at all; then everybody who has to do with it, also the
     * other members of its folders, at once or when they are back.
     */
    Actions.Device forget(String which) throws ActionFailed {
        StoredDevice device = find(which);
        DeviceId id = device.device();
        Actions.Device forgotten = device(device, links.up().contains(id));
        List<StoredPeer> peers = peers(id);
        store.transaction(() -> mesh.revoke(id));
        for (StoredPeer peer : peers) {
            folders.of(peer.folder().toString())
                    .ifPresent(folder -> folder.post(new Event.PeerRemoved(new Client(id, peer.uuid()))));
            talk.changed(peer.folder());
        }
        links.pinsChanged();
        records.note(null, "device-revoked", Map.of("device", id.brief(), "name", device.name()));
        return forgotten;
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
            mesh.rename(find(which).device(), name);
        }
        records.note(null, "device-renamed", Map.of("device", which, "name", name));
    }

    private StoredDevice find(String which) throws ActionFailed {
        String prefix = which.toLowerCase(Locale.ROOT).replace(":", "");
        List<StoredDevice> found = store.devices().list().stream()
                .filter(device -> device.name().equals(which)
                        || (prefix.length() >= PREFIX_MIN
                                && device.device().hex().startsWith(prefix)))
                .toList();
        if (found.size() == 1) {
            return found.get(0);
        }
        throw new ActionFailed(
                ActionFailed.Kind.FAILED,
                found.isEmpty()
                        ? "no device is called " + which
                                + ", nor does a fingerprint begin so; `tandem peers` lists them"
                        : which + " may be any of " + found.size()
                                + " devices; nothing was changed; give the fingerprint that `tandem peers` shows");
    }
}
