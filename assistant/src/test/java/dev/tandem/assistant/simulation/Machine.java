package dev.tandem.assistant.simulation;

import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.Tuning;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.SimulatedWire;
import dev.tandem.xmpp.link.SimulatedLink;
import dev.tandem.xmpp.link.SimulatedLink.SimulatedStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A device: its folders, and while its daemon runs, its links to other devices. */
final class Machine implements SimulatedLink.Owner {
    static final String CAN_PUSH = "push.can";
    static final String REQUEST = "push.request";
    static final String STREAM = "push";

    final World world;
    final int number;
    final String name;
    final String jid;
    final DeviceId id;
    final Tuning tuning;
    final List<SimulatedRepository> repositories = new ArrayList<>();
    final Map<SimulatedRepository, Replica> replicas = new LinkedHashMap<>();
    private final Map<DeviceId, SimulatedLink> links = new LinkedHashMap<>();
    private boolean up;

    Machine(World world, int number, String jid, Tuning tuning) {
        this.world = world;
        this.number = number;
        this.jid = jid;
        this.tuning = tuning;
        name = "device-" + number;
        id = new DeviceId(String.format("%064x", number + 1));
    }

    boolean isUp() {
        return up;
    }

    /** Starts the daemon; the links come later. */
    void start() {
        up = true;
        repositories.forEach(repository -> replicas.put(repository, new Replica(this, repository)));
        replicas.values().forEach(Replica::start);
    }

    /** Starts the daemon again, and looks for everybody. */
    void startAgain() {
        if (!up) {
            start();
            world.machines.forEach(other -> world.wantLink(this, other));
        }
    }

    /** Kills the daemon: nothing is said to anybody. */
    void crash() {
        up = false;
        world.laws.crashes++;
        replicas.values().forEach(Replica::kill);
        replicas.clear();
        List<SimulatedLink> cut = List.copyOf(links.values());
        links.clear();
        cut.forEach(link -> link.end("crashed"));
    }

    Replica replica(SimulatedRepository of) {
        Replica running = replicas.get(of);
        if (running == null) {
            throw new IllegalStateException(name + " is off");
        }
        return running;
    }

    @Nullable
    SimulatedLink link(DeviceId to) {
        return links.get(to);
    }

    /** Its end of a link is lost, which the other end has to find out by itself. */
    void loses(Machine peer) {
        SimulatedLink link = links.get(peer.id);
        if (link != null) {
            link.end("the account was disconnected");
        }
    }

    /** A connection has come about; it takes the place of an older one. */
    void took(Machine peer, boolean opener, SimulatedWire.End wire) {
        if (!up) {
            return;
        }
        world.laws.linkUps++;
        SimulatedLink link = new SimulatedLink(peer.id, opener, wire, this, world.time);
        SimulatedLink older = links.put(peer.id, link);
        for (Replica replica : replicas.values()) {
            if (older != null) {
                replica.post(new Event.LinkDown(peer.id, "a newer connection took its place"));
            }
            replica.post(linkUp(peer));
        }
        if (older != null) {
            older.end("a newer connection took its place");
        }
    }

    static Event linkUp(Machine peer) {
        return new Event.LinkUp(peer.id, peer.name, peer.jid, "in-band");
    }

    /** A device is paired for a folder: known from now on, and perhaps linked already. */
    void paired(SimulatedRepository repository, Machine peer, UUID uuid) {
        Client client = new Client(peer.id, uuid);
        repository.peers.put(client, new SimulatedRepository.StoredPeer());
        Replica replica = replicas.get(repository);
        if (replica != null) {
            replica.post(new Event.PeerAdded(client, peer.name, peer.jid, null, null, java.util.Set.of()));
            if (links.containsKey(peer.id)) {
                replica.post(linkUp(peer));
            }
        }
    }

    @Override
    public void requested(SimulatedLink link, String service, byte[] body, CompletableFuture<byte[]> answer) {
        Letter letter = Letter.decode(body);
        Replica replica = find(letter.to());
        if (replica == null) {
            answer.complete(Letter.Answer.refusal("no such folder").encode());
        } else {
            replica.asked(link, service, new Client(link.peer(), letter.from()), letter.said(), answer);
        }
    }

    @Override
    public void opened(SimulatedLink link, String service, byte[] body, SimulatedStream stream) {
        Letter letter = Letter.decode(body);
        Replica replica = find(letter.to());
        if (replica == null) {
            stream.reset("no such folder");
        } else {
            replica.offered(new Client(link.peer(), letter.from()), stream);
        }
    }

    private @Nullable Replica find(UUID uuid) {
        return replicas.values().stream()
                .filter(replica -> replica.repository.uuid.equals(uuid))
                .findFirst()
                .orElse(null);
    }

    @Override
    public void ended(SimulatedLink link, String reason) {
        if (links.remove(link.peer(), link)) {
            replicas.values().forEach(replica -> replica.post(new Event.LinkDown(link.peer(), reason)));
            world.wantLink(this, world.machine(link.peer()));
        }
    }
}
