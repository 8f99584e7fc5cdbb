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
import java.util.stream.Collectors;

/** What a user asks of the devices of the mesh. Any thread. */
final class PeerActions {
    /** Nothing but the disk is waited for. */
    private static final Duration FORGET = Duration.ofSeconds(25);

    private final Store store;
    private final Links links;
    private final CommandRunner commands;

    PeerActions(Store store, Links links, CommandRunner commands) {
        this.store = store;
        this.links = links;
        this.commands = commands;
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
        return new Actions.Device(device.device().hex(), device.name(), device.jid(), online, shared);
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
        return new Actions.Device(was.device, was.name, was.jid, was.online, was.folders);
    }
}
