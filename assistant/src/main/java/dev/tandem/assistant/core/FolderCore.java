package dev.tandem.assistant.core;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableMap;
import dev.tandem.xmpp.account.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * All that Tandem decides about one folder: what to commit, when to merge, whom to tell, who may push.
 *
 * <p>Pure: an event in, effects out. Time is an argument; nothing here blocks, reads a file or sends a byte. Owned by
 * one dispatcher thread. At most one job at a time works on the files: local changes are committed before anything is
 * merged, so that what is replaced is in history first.
 */
public final class FolderCore {
    /** How soon files that were being written are looked at again. */
    private static final Duration UNSETTLED_RETRY = Duration.ofMillis(150);

    /** How often to look whether the user's git operation is over, besides the file events that tell. */
    private static final Duration BUSY_POLL = Duration.ofSeconds(2);

    /** The first wait after a failure; doubled each time. */
    private static final Duration FIRST_RETRY = Duration.ofSeconds(2);

    private static final int MAX_DOUBLINGS = 7;

    /** How many paths one journal line names; the rest is counted. */
    private static final int PATHS_IN_A_NOTE = 20;

    private static final String UNREADABLE = "unreadable";

    private final String device;
    private final Map<Client, Peer> peers = new LinkedHashMap<>();
    private final PushScheduler scheduler = new PushScheduler();
    private final Map<Client, Long> offered = new HashMap<>();
    private final WorkQueue work = new WorkQueue();
    private final SyncRequests syncs = new SyncRequests();
    private final Set<String> refusalsTold = new HashSet<>();
    private List<Effect> effects = new ArrayList<>();
    private Tips tips = Tips.NONE;
    private boolean started;
    private boolean paused;
    private boolean pollScheduled;
    private @Nullable String busy;
    private @Nullable Trouble trouble;
    private boolean unreadableTold;
    private long messages;
    private Instant now = Instant.EPOCH;

    /**
     * A folder as it stands before its repository has been looked at.
     *
     * @param device this device's name, said to peers that are refused
     * @param paused whether the user had paused it
     */
    public FolderCore(String device, boolean paused) {
        this.device = device;
        this.paused = paused;
    }

    /** One step: what {@code event} changes, and what has to be done about it. */
    public List<Effect> handle(Event event, Instant at) {
        now = at;
        effects = new ArrayList<>();
        event.applyTo(this);
        pump();
        return effects;
    }

    /** How things stand after the last event. */
    public FolderSnapshot snapshot() {
        List<FolderSnapshot.PeerSnapshot> seen = new ArrayList<>();
        for (Peer peer : peers.values()) {
            seen.add(new FolderSnapshot.PeerSnapshot(
                    peer.client,
                    peer.name,
                    peer.jid,
                    peer.online,
                    peer.carrier,
                    peer.known.head(),
                    peer.desynced,
                    peer.lastSync));
        }
        return new FolderSnapshot(tips, state(), reason(), work.pending(), List.copyOf(seen));
    }

    // ---- the files and the repository

    void started(Tips found) {
        started = true;
        tips = found;
        work.rescan();
        peers.keySet().forEach(client -> work.toMerge(client.uuid()));
        effects.add(new Effect.LookAtRepository());
        peers.values().forEach(this::tell);
    }

    void settled(Set<String> paths) {
        work.changed(paths);
    }

    void rescanNeeded(String why) {
        note("rescan", "reason", why);
        work.rescan();
    }

    void gitMoved() {
        pollScheduled = false;
        effects.add(new Effect.LookAtRepository());
    }

    void repositorySeen(Tips seen, @Nullable String reason) {
        setBusy(reason);
        // what stands in the middle of an operation, or where the folder is not mounted, is nobody else's business
        if (reason == null && !work.isRunning() && !seen.equals(tips)) {
            // the user's own git moved a branch, or the git-annex branch got a line
            setTips(seen);
            announce(Set.of());
        }
    }

    void committed(Tips after, List<FileChange> changes, Set<String> unsettled, Set<String> unreadable) {
        work.done();
        recovered();
        noteUnreadable(unreadable);
        if (work.unsettled(unsettled)) {
            effects.add(new Effect.Later(UNSETTLED_RETRY, new Event.Retry()));
        }
        if (!changes.isEmpty()) {
            noteChanges("committed", after, changes, "");
        }
        if (!after.equals(tips)) {
            setTips(after);
            announce(Set.of());
        }
    }

    void integrated(Tips after, Set<UUID> merged, List<FileChange> changes, List<KeptBoth> conflicts) {
        work.done();
        recovered();
        if (!changes.isEmpty()) {
            noteChanges("received", after, changes, names(merged));
        }
        conflicts.forEach(kept -> note("conflict", "path", kept.path(), "variant", kept.variant()));
        setTips(after);
        announce(merged);
    }

    void changedMeanwhile(Set<String> paths) {
        work.failed();
        work.changed(paths);
    }

    void blocked(String reason) {
        work.failed();
        setBusy(reason);
    }

    void jobFailed(Trouble failure) {
        work.failed();
        effects.add(new Effect.Later(backOff(work.hold()), new Event.Retry()));
        effects.add(new Effect.Raise(failure.key(), "error", failure.line()));
        if (trouble != null && !trouble.key().equals(failure.key())) {
            effects.add(new Effect.Clear(trouble.key()));
        }
        trouble = failure;
    }

    void retry() {
        work.release();
    }

    // ---- who is there

    void peerAdded(Client client, String name, String jid, @Nullable String head, @Nullable Instant lastSync) {
        Peer peer = peers.computeIfAbsent(client, c -> new Peer(c, name, jid));
        peer.name = name;
        peer.jid = jid;
        peer.lastSync = lastSync;
        if (head != null) {
            peer.known = new Tips(head, null);
        }
    }

    void peerRemoved(Client client) {
        dropOffer(client, "no longer paired");
        scheduler.forget(client);
        peers.remove(client);
    }

    void linkUp(DeviceId id, String name, String jid, String carrier) {
        for (Peer peer : peers.values()) {
            if (peer.client.device().equals(id)) {
                peer.online = true;
                peer.name = name;
                peer.jid = jid;
                peer.carrier = carrier;
                peer.desynced = true;
                peer.pushed = null;
                peer.failures = 0;
                note("peer-online", "peer", name, "carrier", carrier);
                tell(peer);
            }
        }
    }

    void linkDown(DeviceId id, String reason) {
        for (Peer peer : peers.values()) {
            if (peer.client.device().equals(id) && peer.online) {
                peer.online = false;
                peer.carrier = null;
                dropOffer(peer.client, reason);
                scheduler.withdraw(PushType.SEND_PACK, peer.client);
                note("peer-offline", "peer", peer.name, "reason", reason);
            }
        }
    }

    // ---- telling and being told

    void canPush(Client from, Tips theirs, long reply) {
        Peer peer = admitted(from, reply);
        if (peer != null) {
            learn(peer, theirs);
            effects.add(new Effect.AnswerTips(from, theirs, reply));
        }
    }

    void tipsAnswered(Client client, Tips asked, boolean wanted, Tips theirs) {
        Peer peer = peers.get(client);
        if (peer == null) {
            return;
        }
        peer.failures = 0;
        peer.refusal = null;
        learn(peer, theirs);
        // what was pushed on this link is there, only not merged yet: it will say so when it is
        if (wanted && peer.online && !asked.equals(peer.pushed)) {
            scheduler.request(PushType.SEND_PACK, client);
        }
    }

    void tellFailed(Client client, String reason) {
        Peer peer = peers.get(client);
        if (peer != null && peer.online) {
            failedOnce(peer, reason);
        }
    }

    void tellAgain(Client client) {
        Peer peer = peers.get(client);
        if (peer != null) {
            peer.recheckDue = false;
            if (peer.desynced || !peer.known.equals(tips)) {
                tell(peer);
            }
        }
    }

    void pushRequested(Client from, long reply) {
        Peer peer = admitted(from, reply);
        if (peer != null) {
            effects.add(new Effect.Answer(reply, null));
            tell(peer);
        }
    }

    // ---- pushes

    void pushOffered(Client from, long stream) {
        String refusal = refusal(from);
        if (refusal != null) {
            effects.add(new Effect.RefusePush(stream, refusal));
            return;
        }
        dropOffer(from, "a newer push of yours took its place");
        offered.put(from, stream);
        scheduler.request(PushType.RECEIVE_PACK, from);
    }

    void sent(Client client, Tips pushed, @Nullable String failure) {
        scheduler.finished(PushType.SEND_PACK, client);
        Peer peer = peers.get(client);
        if (peer == null || !peer.online) {
            return;
        }
        if (failure != null) {
            failedOnce(peer, "push: " + failure);
            return;
        }
        peer.pushed = pushed;
        peer.failures = 0;
        if (!pushed.equals(tips)) {
            tell(peer);
        }
    }

    void received(Client client, @Nullable String failure) {
        scheduler.finished(PushType.RECEIVE_PACK, client);
        Peer peer = peers.get(client);
        if (peer == null) {
            return;
        }
        if (failure != null) {
            note("push-failed", "peer", peer.name, "reason", failure);
            return;
        }
        peer.desynced = false;
        work.toMerge(client.uuid());
    }

    // ---- the user's wishes

    void pauseSet(boolean pause) {
        if (pause == paused) {
            return;
        }
        paused = pause;
        note(pause ? "paused" : "resumed");
        if (!pause) {
            work.rescan();
            peers.values().forEach(peer -> {
                peer.desynced = true;
                tell(peer);
            });
        }
    }

    void syncRequested(long token) {
        syncs.add(token, messages);
        work.rescan();
        for (Peer peer : peers.values()) {
            if (peer.online && !paused) {
                tell(peer);
                effects.add(new Effect.AskForPush(peer.client));
            }
        }
    }

    void syncTimedOut(long token) {
        syncs.timedOut(token, tips, peers.values(), obstacle()).ifPresent(effects::add);
    }

    // ---- what follows from the state

    private void pump() {
        if (started && !paused && busy == null) {
            work.next().ifPresent(effects::add);
        }
        if (!paused) {
            scheduler.next().forEach(this::start);
        }
        boolean idle = started && work.isIdle();
        effects.addAll(syncs.ended(idle, tips, peers.values(), paused ? "it is paused" : null));
    }

    private void start(PushScheduler.Grant grant) {
        Client client = grant.client();
        Peer peer = peers.get(client);
        if (grant.type() == PushType.SEND_PACK) {
            effects.add(new Effect.SendPush(client, peer == null ? Tips.NONE : peer.known));
            return;
        }
        Long stream = offered.remove(client);
        if (stream == null) {
            throw new IllegalStateException("granted a push that nobody offered: " + client);
        }
        effects.add(new Effect.ReceivePush(client, stream));
    }

    private void tell(Peer peer) {
        if (peer.online && !paused && started) {
            effects.add(new Effect.Tell(peer.client, tips));
        }
    }

    /** Tells whoever does not hold our tips yet, and whoever waits to hear that its push is merged. */
    private void announce(Set<UUID> merged) {
        for (Peer peer : peers.values()) {
            if (!peer.known.equals(tips) || merged.contains(peer.client.uuid())) {
                tell(peer);
            }
        }
    }

    private void setTips(Tips after) {
        tips = after;
        peers.values().stream().filter(peer -> peer.online && !peer.desynced).forEach(this::noteIfInSync);
    }

    private void learn(Peer peer, Tips theirs) {
        peer.known = theirs;
        peer.knownAt = ++messages;
        noteIfInSync(peer);
        if (!theirs.equals(tips) && !peer.recheckDue) {
            // an older word may overtake a newer one, or the newer one be lost: whoever differs is asked again
            peer.recheckDue = true;
            effects.add(new Effect.Later(backOff(peer.rechecks++), new Event.TellAgain(peer.client)));
        }
    }

    private void noteIfInSync(Peer peer) {
        if (peer.known.equals(tips)) {
            peer.rechecks = 0;
            peer.desynced = false;
            peer.lastSync = now;
            effects.add(new Effect.Remember(peer.client, tips.head(), now));
        }
    }

    private @Nullable Peer admitted(Client from, long reply) {
        String refusal = refusal(from);
        if (refusal != null) {
            effects.add(new Effect.Answer(reply, refusal));
            return null;
        }
        return peers.get(from);
    }

    private @Nullable String refusal(Client from) {
        if (!peers.containsKey(from)) {
            String reason = "repository " + from.uuid() + " is not known to this folder on " + device;
            if (refusalsTold.add(from.device() + " " + reason)) {
                note("refused", "device", from.device().brief(), "reason", reason);
            }
            return reason;
        }
        return paused ? "the folder is paused on " + device : null;
    }

    private void dropOffer(Client client, String reason) {
        Long stream = offered.remove(client);
        if (stream != null) {
            scheduler.withdraw(PushType.RECEIVE_PACK, client);
            effects.add(new Effect.RefusePush(stream, reason));
        }
    }

    private void failedOnce(Peer peer, String reason) {
        if (!reason.equals(peer.refusal)) {
            peer.refusal = reason;
            note("peer-failed", "peer", peer.name, "reason", reason);
        }
        effects.add(new Effect.Later(backOff(peer.failures++), new Event.TellAgain(peer.client)));
    }

    private void setBusy(@Nullable String reason) {
        if (reason != null && busy == null) {
            note("waiting", "reason", reason);
        }
        busy = reason;
        if (reason != null && !pollScheduled) {
            pollScheduled = true;
            effects.add(new Effect.Later(BUSY_POLL, new Event.GitMoved()));
        }
    }

    private void recovered() {
        if (trouble != null) {
            effects.add(new Effect.Clear(trouble.key()));
            trouble = null;
        }
    }

    private String state() {
        if (paused) {
            return "paused";
        }
        if (busy != null || trouble != null) {
            return "attention";
        }
        boolean peersDone = peers.values().stream().noneMatch(peer -> peer.online && !peer.known.equals(tips));
        return started && work.isIdle() && scheduler.isIdle() && peersDone ? "synced" : "syncing";
    }

    private @Nullable String reason() {
        if (paused) {
            return "paused by the user";
        }
        String obstacle = obstacle();
        if (obstacle != null) {
            return obstacle;
        }
        return peers.values().stream()
                .filter(peer -> peer.refusal != null)
                .map(peer -> peer.name + ": " + peer.refusal)
                .findFirst()
                .orElse(null);
    }

    private @Nullable String obstacle() {
        if (busy != null) {
            return busy;
        }
        return trouble == null ? null : trouble.line();
    }

    private String names(Set<UUID> uuids) {
        return peers.values().stream()
                .filter(peer -> uuids.contains(peer.client.uuid()))
                .map(peer -> peer.name)
                .collect(joining(", "));
    }

    private void noteUnreadable(Set<String> paths) {
        if (!paths.isEmpty()) {
            effects.add(new Effect.Raise(
                    UNREADABLE,
                    "warning",
                    "Tandem may not read "
                            + paths.stream().limit(PATHS_IN_A_NOTE).collect(joining(", "))
                            + ": these are not in history and not synced; give this user read permission."));
            unreadableTold = true;
        } else if (unreadableTold) {
            effects.add(new Effect.Clear(UNREADABLE));
            unreadableTold = false;
        }
    }

    private void noteChanges(String type, Tips after, List<FileChange> changes, String from) {
        ImmutableMap.Builder<String, String> fields = ImmutableMap.builder();
        fields.put("files", Integer.toString(changes.size()));
        fields.put(
                "paths",
                changes.stream()
                        .limit(PATHS_IN_A_NOTE)
                        .map(change -> change.kind() + " " + change.path())
                        .collect(joining("\n")));
        if (after.head() != null) {
            fields.put("head", after.head());
        }
        if (!from.isEmpty()) {
            fields.put("from", from);
        }
        effects.add(new Effect.Note(type, fields.buildOrThrow()));
    }

    private void note(String type, String... pairs) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            fields.put(pairs[i], pairs[i + 1]);
        }
        effects.add(new Effect.Note(type, fields));
    }

    private static Duration backOff(int failures) {
        return FIRST_RETRY.multipliedBy(1L << Math.min(failures, MAX_DOUBLINGS));
    }
}
