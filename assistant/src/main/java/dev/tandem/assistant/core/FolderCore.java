package dev.tandem.assistant.core;

import dev.tandem.xmpp.account.DeviceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * All that Tandem decides about one folder: what to commit, when to merge, whom to tell, who may push.
 *
 * <p>Pure: an event in, effects out. Time is an argument; nothing here blocks, reads a file or sends a byte. Owned by
 * one dispatcher thread. The parts: {@link LocalWork} (files and history), {@link Gossip} (telling and hearing),
 * {@link Admission} (whom it listens to), {@link Pushes} (whose turn it is), {@link DesyncedSet}, {@link Owed},
 * {@link Transfers} (large files), {@link DeletionGuard}, {@link Remotes}, {@link SyncRequests}; this class takes each
 * event to the parts that it concerns.
 */
public final class FolderCore {
    private final FolderState folder;
    private final Peers peers;
    private final Pushes pushes;
    private final DesyncedSet desynced = new DesyncedSet();
    private final Owed owed;
    private final Admission admission;
    private final Gossip gossip;
    private final LocalWork work;
    private final DeletionGuard deletions;
    private final SyncRequests syncs = new SyncRequests();
    private final Transfers transfers;
    private final Remotes remotes;

    /**
     * A folder as it stands before its repository has been looked at.
     *
     * @param device this device's name, said to peers that are refused
     * @param self our own repository
     * @param paused whether the user had paused it
     */
    public FolderCore(String device, UUID self, boolean paused, Tuning tuning) {
        folder = new FolderState(device, self, paused, tuning);
        peers = new Peers(self);
        admission = new Admission(folder, peers);
        pushes = new Pushes(folder, peers);
        owed = new Owed(folder);
        gossip = new Gossip(folder, peers, pushes, desynced, owed);
        work = new LocalWork(folder);
        deletions = new DeletionGuard(folder, work);
        remotes = new Remotes(folder, work.queue());
        transfers = new Transfers(folder, peers, remotes, pushes, work.queue());
    }

    /** One step: what {@code event} changes, and what has to be done about it. */
    public List<Effect> handle(Event event, Instant at) {
        folder.now = at;
        event.applyTo(this);
        remotes.startNext(syncs.areWaiting());
        work.startNext(pushes, transfers);
        if (!folder.paused) {
            pushes.startNext();
        }
        transfers.startNext();
        transfers.endGets();
        setComing(transfers.coming());
        gossip.remember();
        syncs.endReached(folder, work, peers, remotes, transfers).forEach(folder::add);
        return folder.take();
    }

    private void setComing(int coming) {
        boolean complete = coming == 0 && folder.coming > 0;
        folder.coming = coming;
        if (complete) {
            gossip.contentComplete();
        }
    }

    /** How things stand after the last event. */
    public FolderSnapshot snapshot() {
        String obstacle = obstacle();
        List<FolderSnapshot.PeerSnapshot> seen = new ArrayList<>();
        for (Peer peer : peers.all()) {
            seen.add(new FolderSnapshot.PeerSnapshot(
                    peer.client,
                    peer.name,
                    peer.jid,
                    peer.online,
                    peer.carrier,
                    peer.known.head(),
                    desynced.contains(peer.client),
                    peer.lastSync,
                    why(peer)));
        }
        return new FolderSnapshot(
                folder.tips,
                state(obstacle),
                reason(obstacle),
                work.queue().pending(),
                transfers.missing(),
                List.copyOf(seen),
                remotes.snapshot(),
                deletions.held());
    }

    DeletionGuard deletions() {
        return deletions;
    }

    private @Nullable String obstacle() {
        String held = deletions.obstacle();
        return held == null ? work.obstacle() : held;
    }

    // ---- the files and the repository

    void started(Tips found) {
        folder.started = true;
        folder.tips = found;
        work.queue().rescan();
        peers.all().forEach(peer -> work.queue().toMerge(peer.client.uuid()));
        work.look();
        folder.add(new Effect.ScanContent());
        peers.all().forEach(gossip::tell);
    }

    void settled(Set<String> paths) {
        work.queue().changed(paths);
        deletions.lookAgain();
    }

    void rescanNeeded(String why) {
        folder.note("rescan", "reason", why);
        work.queue().rescan();
    }

    void gitMoved() {
        work.look();
    }

    void repositorySeen(Tips seen, @Nullable String reason, boolean offered) {
        if (offered) {
            work.queue().toMerge(folder.self);
        }
        boolean newest = work.seen(reason);
        // what stands in the middle of an operation, or where the folder is not mounted, is nobody else's business
        if (reason == null && newest && !seen.equals(folder.tips)) {
            // the user's own git moved a branch, or the git-annex branch got a line
            folder.add(new Effect.ScanContent());
            if (!Objects.equals(seen.head(), folder.tips.head())) {
                mergeAll();
            }
            gossip.moved(seen, Set.of());
        }
    }

    /**
     * The user's git may have set the branch back behind what came from others. What they push now moves none of their
     * refs here, so nothing else would bring it back.
     */
    private void mergeAll() {
        peers.all().forEach(peer -> work.queue().toMerge(peer.client.uuid()));
    }

    void committed(
            Tips after,
            List<FileChange> changes,
            Set<String> unsettled,
            Set<String> unreadable,
            ContentCount contents) {
        transfers.counted(contents);
        folder.coming = transfers.coming();
        work.committed(after, changes, unsettled, unreadable);
        deletions.committed();
        if (!after.equals(folder.tips)) {
            gossip.moved(after, Set.of());
        }
    }

    void integrated(
            Tips after, Set<UUID> merged, List<FileChange> changes, List<KeptBoth> conflicts, ContentCount contents) {
        transfers.counted(contents);
        folder.coming = transfers.coming();
        List<String> from = new ArrayList<>(peers.names(merged));
        List<String> fromRemotes = remotes.namesOf(merged);
        from.addAll(fromRemotes);
        work.integrated(after, changes, conflicts, String.join(", ", from));
        deletions.integrated();
        boolean moved = !after.equals(folder.tips);
        pushes.merged(merged);
        if (desynced.merged(merged, moved)) {
            folder.add(new Effect.ScanContent());
        }
        if (!Objects.equals(after.annex(), folder.tips.annex())) {
            transfers.newLocations();
        }
        if (moved) {
            gossip.moved(after, merged);
        } else {
            gossip.announce(merged);
        }
        remotes.merged(merged);
        if (!fromRemotes.isEmpty()) {
            transfers.perhapsMore(); // they may have said where contents are
        }
    }

    void changedMeanwhile(Set<String> paths) {
        work.changedMeanwhile(paths);
    }

    void blocked(String reason) {
        work.blocked(reason);
    }

    void jobFailed(Trouble failure) {
        work.failed(failure);
    }

    void retry() {
        work.queue().release();
    }

    void mergeDue() {
        // whether to merge is looked at after every event
    }

    // ---- large files

    Transfers transfers() {
        return transfers;
    }

    void contentPlaced(Tips after, int files, List<String> paths, int missing) {
        work.placed();
        transfers.placed(files, paths);
        transfers.counted(new ContentCount(missing, false));
        folder.coming = transfers.coming();
        if (!after.equals(folder.tips)) {
            gossip.moved(after, Set.of());
        }
    }

    void contentAsked(Client from, long stream) {
        String refusal = admission.refusal(from);
        folder.add(refusal == null ? new Effect.ServeContent(from, stream) : new Effect.RefusePush(stream, refusal));
    }

    // ---- git remotes

    Remotes remotes() {
        return remotes;
    }

    // ---- who is there

    void peerAdded(
            Client client,
            String name,
            String jid,
            @Nullable String head,
            @Nullable Instant lastSync,
            Set<Notice> notices) {
        Peer peer = peers.add(client, name, jid);
        peer.name = name;
        peer.jid = jid;
        peer.lastSync = lastSync;
        peer.owed.addAll(notices);
        if (head != null) {
            peer.known = new Tips(head, null);
        }
        desynced.join(client);
    }

    void peerRemoved(Client client) {
        pushes.withdraw(client, "no longer paired").ifPresent(gossip::ask);
        pushes.scheduler().forget(client);
        desynced.forget(client);
        peers.remove(client);
        gossip.peersChanged();
    }

    void peerRenamed(DeviceId id, String name) {
        peers.on(id).forEach(peer -> peer.name = name);
    }

    void rerouted(DeviceId id, String carrier) {
        for (Peer peer : peers.on(id)) {
            if (peer.online) {
                peer.carrier = carrier;
                folder.note("peer-rerouted", "peer", peer.name, "carrier", carrier);
            }
        }
    }

    void linkUp(DeviceId id, String name, String jid, String carrier) {
        for (Peer peer : peers.on(id)) {
            peer.online = true;
            peer.offlineSince = null;
            peer.name = name;
            peer.jid = jid;
            peer.carrier = carrier;
            peer.said = null;
            peer.pushed = null;
            peer.confirmed = null;
            peer.lastTold = null;
            peer.unfit = false;
            gossip.succeeded(peer);
            desynced.join(peer.client);
            folder.note("peer-online", "peer", name, "carrier", carrier);
            peers.recount();
            gossip.tell(peer);
            if (peer.owed.contains(Notice.PUSH_REQUEST)) {
                gossip.ask(peer);
            }
            gossip.peersChanged();
            transfers.perhapsMore();
        }
    }

    void linkDown(DeviceId id, String reason) {
        for (Peer peer : peers.on(id)) {
            if (peer.online) {
                peer.online = false;
                peer.offlineSince = folder.now;
                peer.carrier = null;
                peers.recount();
                pushes.withdraw(peer.client, reason).ifPresent(gossip::ask);
                folder.note("peer-offline", "peer", peer.name, "reason", reason);
                gossip.peersChanged();
            }
        }
    }

    // ---- telling and being told

    void canPush(Client from, Announcement theirs, long reply) {
        Peer peer = admission.admitted(from, reply);
        if (peer != null) {
            gossip.told(peer, theirs, reply);
        }
    }

    void compared(Client from, Tips theirs, boolean wanted) {
        if (!wanted) {
            pushes.notNeeded(from, theirs);
        }
    }

    void tipsAnswered(Client client, Tips asked, Reply reply, Announcement theirs) {
        Peer peer = peers.find(client);
        if (peer != null) {
            gossip.answered(peer, asked, reply, theirs);
        }
    }

    void tellFailed(Client client, String reason) {
        Peer peer = peers.find(client);
        if (peer != null) {
            gossip.tellFailed(peer, reason);
        }
    }

    void pushAsked(Client client, @Nullable String failure) {
        Peer peer = peers.find(client);
        if (peer != null) {
            gossip.asked(peer, failure);
        }
    }

    void tellAgain(Client client) {
        Peer peer = peers.find(client);
        if (peer != null) {
            gossip.tellAgain(peer);
        }
    }

    void relayDue(Tips tips) {
        gossip.relayDue(tips);
    }

    void viewDue() {
        gossip.viewDue();
    }

    void pushRequested(Client from, long reply) {
        Peer peer = admission.admitted(from, reply);
        if (peer != null) {
            folder.add(new Effect.Answer(reply, Reply.HAVE, gossip.announcement()));
            gossip.tell(peer);
        }
    }

    // ---- pushes

    void pushOffered(Client from, long stream) {
        String refusal = admission.refusal(from);
        if (refusal == null) {
            pushes.offered(from, stream);
        } else {
            folder.add(new Effect.RefusePush(stream, refusal));
        }
    }

    void sent(Client client, Tips pushed, @Nullable String failure) {
        pushes.scheduler().finished(PushType.SEND_PACK, client);
        Peer peer = peers.find(client);
        if (peer == null || !peer.online) {
            return;
        }
        if (failure != null) {
            gossip.failed(peer, "push: " + failure);
            return;
        }
        peer.pushed = pushed;
        gossip.succeeded(peer);
        if (!pushed.equals(folder.tips)) {
            gossip.tell(peer);
        }
    }

    void received(Client client, @Nullable String failure) {
        pushes.scheduler().finished(PushType.RECEIVE_PACK, client);
        Peer peer = peers.find(client);
        if (peer == null) {
            return;
        }
        if (failure != null) {
            pushes.broken(client).ifPresent(gossip::ask);
            folder.note("push-failed", "peer", peer.name, "reason", failure);
            return;
        }
        pushes.kept(client);
        desynced.leaveByPush(client);
        work.queue().toMerge(client.uuid());
    }

    // ---- the user's wishes

    void pauseSet(boolean pause) {
        if (pause == folder.paused) {
            return;
        }
        folder.paused = pause;
        folder.note(pause ? "paused" : "resumed");
        if (pause) {
            transfers.pause();
        } else {
            work.queue().rescan();
            peers.online().forEach(peer -> {
                desynced.join(peer.client);
                gossip.tell(peer);
            });
        }
    }

    void syncRequested(long token) {
        syncs.add(token, gossip.messages());
        work.queue().rescan();
        work.look(); // git remotes may have been added
        mergeAll();
        remotes.syncRequested();
        for (Peer peer : peers.all()) {
            if (peer.online) {
                gossip.tellAnew(peer);
                gossip.ask(peer);
            } else {
                owed.owe(peer, Notice.PUSH_REQUEST);
            }
        }
    }

    void syncTimedOut(long token) {
        syncs.timedOut(token, folder.tips, peers.all(), remotes, obstacle(), this::why, transfers)
                .ifPresent(folder::add);
    }

    // ---- in words

    private String state(@Nullable String obstacle) {
        if (folder.paused) {
            return "paused";
        }
        if (obstacle != null) {
            return "attention";
        }
        boolean peersDone = peers.online().allMatch(peer -> peer.known.equals(folder.tips));
        boolean idle = work.queue().isIdle() && pushes.scheduler().isIdle();
        return folder.started && idle && peersDone && transfers.coming() == 0 ? "synced" : "syncing";
    }

    private @Nullable String reason(@Nullable String obstacle) {
        if (folder.paused) {
            return "paused by the user";
        }
        if (obstacle != null) {
            return obstacle;
        }
        return peers.all().stream()
                .filter(peer -> peer.failure != null)
                .map(peer -> peer.name + ": " + peer.failure)
                .findFirst()
                .orElse(transfers.holding());
    }

    private @Nullable String why(Peer peer) {
        return WhyNotInSync.of(peer, folder, desynced.contains(peer.client), pushes, obstacle());
    }
}
