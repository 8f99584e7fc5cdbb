package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.Membership;
import dev.tandem.assistant.store.Memberships;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredDevice;
import dev.tandem.assistant.store.StoredFolder;
import dev.tandem.assistant.store.StoredPeer;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.link.Links;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The members of each folder, in the store and in what is running: who is introduced, revoked and renamed. What follows
 * from a word is decided by {@link Membership}; {@link MeshTalk} carries the words. Any thread.
 */
final class Mesh {
    private static final String INTRODUCTIONS = "introductions";

    private final DeviceId self;
    private final Store store;
    private final Links links;
    private final Folders folders;
    private final Accounts accounts;
    private final Records records;
    private final InstantSource clock;
    private volatile String ownName;

    /** {@code name} is what this device is called unless it was renamed. */
    Mesh(
            DeviceId self,
            String name,
            Store store,
            Links links,
            Folders folders,
            Accounts accounts,
            Records records,
            InstantSource clock) {
        this.self = self;
        this.store = store;
        this.links = links;
        this.folders = folders;
        this.accounts = accounts;
        this.records = records;
        this.clock = clock;
        ownName = store.memberships().alias(self).orElse(name);
        links.rename(ownName);
    }

    /** What this device is called by all others. */
    String ownName() {
        return ownName;
    }

    Membership of(UUID folder) {
        return store.memberships().get(self, folder);
    }

    /** Refuses a pairing for which a folder has no room. */
    void checkRoom(OpenFolder folder) throws ActionFailed {
        if (of(folder.uuid()).isFull()) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED,
                    folder.stored().name() + " is shared with " + Membership.MAX_MEMBERS
                            + " devices, which is the most; nothing was changed; `tandem peers forget` one first");
        }
    }

    /** A repository was paired here, with all that it takes; within the transaction that stores the peer. */
    void paired(UUID folder, DeviceId device, UUID uuid) {
        Membership known = of(folder);
        int term = known.members().stream()
                .filter(member -> member.device().equals(device))
                .mapToInt(Membership.Member::term)
                .max()
                .orElse(0);
        store.memberships().vouch(folder, device, uuid, Math.max(term, known.nextTerm(device)), null);
    }

    /**
     * A member of a folder tells what it knows.
     *
     * @return whether that was news
     */
    boolean heard(OpenFolder folder, DeviceId from, Membership.Told told) {
        AtomicReference<Membership.Heard> heard = new AtomicReference<>();
        store.transaction(() -> {
            Membership before = of(folder.uuid());
            Membership.Heard now = before.hear(told, clock.instant(), this::owner);
            keep(folder.stored(), before, now, from);
            heard.set(now);
        });
        Membership.Heard now = Objects.requireNonNull(heard.get());
        act(folder, now);
        complain(folder, now, from);
        return !now.introduced().isEmpty()
                || !now.revoked().isEmpty()
                || !now.renewed().isEmpty();
    }

    private Optional<DeviceId> owner(UUID repository) {
        boolean ours =
                store.folders().list().stream().anyMatch(folder -> folder.uuid().equals(repository));
        return ours ? Optional.of(self) : store.peers().owner(repository);
    }

    private void keep(StoredFolder folder, Membership before, Membership.Heard heard, DeviceId by) {
        Memberships memberships = store.memberships();
        heard.renewed().forEach(member -> memberships.renew(folder.uuid(), member));
        for (Membership.Member gone : heard.revoked()) {
            if (!by.equals(self)) {
                note("device-revoked", folder, gone, by);
            }
            store.peers().delete(folder.uuid(), gone.device(), gone.uuid());
            if (peers(gone.device()).isEmpty()) {
                store.devices().delete(gone.device());
            }
        }
        if (!heard.after().revocations().equals(before.revocations())) {
            memberships.keep(folder.uuid(), heard.after().revocations());
        }
        for (Membership.Member made : heard.introduced()) {
            if (store.devices().get(made.device()).isEmpty()) {
                store.devices().store(new StoredDevice(made.device(), made.name(), made.jid(), clock.instant()));
            }
            store.peers()
                    .store(new StoredPeer(
                            folder.uuid(), made.device(), made.uuid(), Optional.empty(), Optional.empty()));
            memberships.vouch(folder.uuid(), made.device(), made.uuid(), made.term(), by);
            note("introduced", folder, made, by);
        }
    }

    private void note(String type, StoredFolder folder, Membership.Member member, DeviceId by) {
        store.journal()
                .append(
                        clock.instant(),
                        type,
                        folder.name(),
                        Map.of("device", member.device().brief(), "name", member.name(), "by", records.deviceName(by)));
    }

    private List<StoredPeer> peers(DeviceId device) {
        return store.peers().list().stream()
                .filter(peer -> peer.device().equals(device))
                .toList();
    }

    /** Brings what is running in line with the store. */
    private void act(OpenFolder folder, Membership.Heard heard) {
        for (Membership.Member gone : heard.revoked()) {
            folder.post(new Event.PeerRemoved(new Client(gone.device(), gone.uuid())));
        }
        for (Membership.Member made : heard.introduced()) {
            folder.post(new Event.PeerAdded(
                    new Client(made.device(), made.uuid()),
                    records.deviceName(made.device()),
                    made.jid(),
                    null,
                    null,
                    Set.of()));
            links.peer(made.device()).ifPresent(info -> folder.post(folders.linkUp(made.device(), info)));
        }
        if (!heard.introduced().isEmpty() || !heard.revoked().isEmpty()) {
            folder.post(new Event.GitMoved());
            links.pinsChanged();
        }
        heard.introduced().forEach(made -> accounts.meet(made.jid()));
    }

    private void complain(OpenFolder folder, Membership.Heard heard, DeviceId by) {
        String name = folder.stored().name();
        String key = folder.uuid() + " " + INTRODUCTIONS;
        if (heard.refused().containsValue(Membership.Refusal.FULL)) {
            records.raise(
                    name,
                    key,
                    "warning",
                    "The folder " + name + " has " + Membership.MAX_MEMBERS
                            + " other devices, which is the most: those that "
                            + records.deviceName(by)
                            + " introduces are not linked with this one and get changes through"
                            + " others; `tandem peers forget` those that are no longer used.");
        } else if (!heard.refused().isEmpty()) {
            records.raise(
                    name,
                    key,
                    "warning",
                    "The device " + records.deviceName(by) + " introduced one to " + name
                            + " for a repository that belongs to another: it was not believed and no file is affected;"
                            + " if a folder was copied with its .git directory, clone it instead.");
        } else {
            records.clear(name, key);
        }
    }

    /**
     * Revokes a device in the store: no folder is shared with it any more, nor does anybody's word bring it back.
     * Within a transaction; what runs is to be told.
     *
     * @return false if it is not known, or revoked already
     */
    boolean revoke(DeviceId device) {
        Instant now = Instant.ofEpochMilli(clock.millis());
        List<StoredPeer> peers = peers(device);
        for (StoredFolder folder : store.folders().list()) {
            if (peers.stream().anyMatch(peer -> peer.folder().equals(folder.uuid()))) {
                Membership before = of(folder.uuid());
                Membership.Told told = new Membership.Told(List.of(), List.of(before.revoke(device, now)));
                keep(folder, before, before.hear(told, now, this::owner), self);
            }
        }
        return store.devices().delete(device) || !peers.isEmpty();
    }

    /** Whether a device was introduced, and has not been in sync with this one yet: it may not know of this one. */
    boolean isNew(DeviceId device) {
        List<StoredPeer> peers = peers(device);
        return store.memberships().introduced().stream()
                        .anyMatch(vouching -> vouching.device().equals(device))
                && peers.stream().allMatch(peer -> peer.lastSync().isEmpty());
    }

    /** An account is online: those who were introduced and never met are asked to meet through it. */
    void meetAll() {
        store.memberships().introduced().stream()
                .map(Memberships.Vouching::device)
                .distinct()
                .filter(this::isNew)
                .map(records::deviceJid)
                .distinct()
                .forEach(accounts::meet);
    }

    /** A device says what it calls itself; what the user calls it stays. */
    void called(DeviceId device, String name) {
        if (MeshWire.isName(name)
                && store.memberships().rename(device, name)
                && store.memberships().alias(device).isEmpty()) {
            folders.postToAll(new Event.PeerRenamed(device, name));
        }
    }

    /** Calls another device so, on this one. */
    void rename(DeviceId device, String name) {
        store.memberships().alias(device, name);
        folders.postToAll(new Event.PeerRenamed(device, name));
    }

    /** Calls this device so; the others are to be told. */
    void renameThis(String name) {
        store.memberships().alias(self, name);
        ownName = name;
        links.rename(name);
    }
}
