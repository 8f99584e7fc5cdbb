package dev.tandem.assistant.core;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * The clients whose last word is not to be trusted, because they were away or have never spoken.
 *
 * <p>Each repository has an entry of its own, however many stand behind one account: a push from any of them clears
 * that one (PUSH-14). Whoever leaves by a push has a scan of the content owing, which is done once, and only if the
 * merge of what it pushed changed anything here (PUSH-16).
 */
final class DesyncedSet {
    private final Set<Client> members = new HashSet<>();
    private final Set<UUID> toScan = new HashSet<>();

    /** Its link came up, or what we knew of it was lost. */
    void join(Client client) {
        members.add(client);
    }

    boolean contains(Client client) {
        return members.contains(client);
    }

    /** It has pushed to us. */
    void leaveByPush(Client client) {
        if (members.remove(client)) {
            toScan.add(client.uuid());
        }
    }

    /** It holds the same as we do: nothing to scan for. */
    void leaveAsEqual(Client client) {
        members.remove(client);
    }

    /** It is no longer a peer. */
    void forget(Client client) {
        members.remove(client);
        toScan.remove(client.uuid());
    }

    /** What these repositories pushed is merged; says whether the content has to be looked through now. */
    boolean merged(Set<UUID> repositories, boolean changed) {
        return toScan.removeAll(repositories) && changed;
    }
}
