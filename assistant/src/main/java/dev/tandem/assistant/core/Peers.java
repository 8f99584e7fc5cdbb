package dev.tandem.assistant.core;

import com.google.common.hash.Hashing;
import dev.tandem.xmpp.account.DeviceId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Everybody that a folder is shared with, each repository on its own: several may stand behind one account. */
final class Peers {
    private final Map<Client, Peer> all = new LinkedHashMap<>();
    private final long own;
    private long view;
    private int online;

    Peers(UUID self) {
        own = digest(self);
        view = own;
    }

    @Nullable
    Peer find(Client client) {
        return all.get(client);
    }

    boolean knows(Client client) {
        return all.containsKey(client);
    }

    Peer add(Client client, String name, String jid) {
        return all.computeIfAbsent(client, c -> new Peer(c, name, jid));
    }

    void remove(Client client) {
        all.remove(client);
        recount();
    }

    Collection<Peer> all() {
        return all.values();
    }

    /** The repositories of this folder on one device. */
    List<Peer> on(DeviceId device) {
        return all.values().stream()
                .filter(peer -> peer.client.device().equals(device))
                .toList();
    }

    Stream<Peer> online() {
        return all.values().stream().filter(peer -> peer.online);
    }

    int countOnline() {
        return online;
    }

    /** The names of the peers with these repositories. */
    List<String> names(Set<UUID> repositories) {
        return all.values().stream()
                .filter(peer -> repositories.contains(peer.client.uuid()))
                .map(peer -> peer.name)
                .toList();
    }

    /** A digest of the repositories that can be reached, our own included; does not depend on their order. */
    long view() {
        return view;
    }

    /** To be called when a peer came or went. */
    void recount() {
        online = 0;
        view = own;
        for (Peer peer : all.values()) {
            if (peer.online) {
                online++;
                view += digest(peer.client.uuid());
            }
        }
    }

    private static long digest(UUID repository) {
        return Hashing.murmur3_128()
                .newHasher(16)
                .putLong(repository.getMostSignificantBits())
                .putLong(repository.getLeastSignificantBits())
                .hash()
                .asLong();
    }
}
