package dev.tandem.assistant;

import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredDevice;
import dev.tandem.assistant.store.StoredPeer;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.link.Links;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/** Makes a folder here and the same folder on another device peers: in the store, then in what is running. */
final class Introduction {
    private final Store store;
    private final Links links;
    private final Folders folders;
    private final Mesh mesh;
    private final MeshTalk talk;
    private final InstantSource clock;

    Introduction(Store store, Links links, Folders folders, Mesh mesh, MeshTalk talk, InstantSource clock) {
        this.store = store;
        this.links = links;
        this.folders = folders;
        this.mesh = mesh;
        this.talk = talk;
        this.clock = clock;
    }

    /** Pins the device and records its repository; within a transaction. One row each, however often. */
    void keep(OpenFolder folder, DeviceId device, String jid, PairingFacts facts) {
        boolean known = store.peers().list(folder.uuid()).stream()
                .anyMatch(peer -> peer.device().equals(device) && peer.uuid().equals(facts.uuid()));
        if (known && store.devices().get(device).isPresent()) {
            mesh.paired(folder.uuid(), device, facts.uuid());
            return;
        }
        store.devices().store(new StoredDevice(device, facts.device(), jid, clock.instant()));
        store.peers().store(peer(folder, device, facts));
        mesh.paired(folder.uuid(), device, facts.uuid());
        store.journal()
                .append(
                        clock.instant(),
                        "paired",
                        folder.stored().name(),
                        Map.of("device", facts.device(), "jid", jid));
    }

    /** Tells what is running; a start of the daemon does the same from the store. */
    void tell(OpenFolder folder, DeviceId device, String jid, PairingFacts facts) throws IOException {
        folder.addPeer(peer(folder, device, facts), facts.device(), jid);
        links.pinsChanged();
        links.peer(device).ifPresent(info -> folder.post(folders.linkUp(device, info)));
        talk.changed(folder.uuid());
    }

    private static StoredPeer peer(OpenFolder folder, DeviceId device, PairingFacts facts) {
        return new StoredPeer(folder.uuid(), device, facts.uuid(), Optional.empty(), Optional.empty());
    }

    static Actions.Paired paired(OpenFolder folder, DeviceId device, PairingFacts facts) {
        return new Actions.Paired(
                folder.stored().name(), folder.stored().path().toString(), device.hex(), facts.device());
    }
}
