package dev.tandem.assistant.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who is told what: how news of a head gets to every device without everybody telling everybody.
 *
 * <p>Among few devices everybody tells whoever is not known to hold the news. Among more than
 * {@link Tuning#directPeers()} peers that would be messages by the square of their number, and as many merges of merges
 * after edits on all; there, each tells only its relay, which is the reachable peer with the lowest repository UUID.
 * The relay merges what it gets and tells everybody; when all hold the same it says so, once.
 *
 * <p>Whoever tells a relay keeps the duty until the relay has confirmed to hold the same and to reach the same
 * repositories (their {@link Announcement#view() views} are equal). A duty is handed only to a lower UUID, so it cannot
 * go in a circle; where the views differ, or the relay fails or is slow, one tells everybody oneself. A lost relay
 * voids what was handed to it. One {@code CanPush} is under way to a peer at most; the next says the newest.
 */
final class Gossip {
    private final FolderState folder;
    private final Peers peers;
    private final Pushes pushes;
    private final DesyncedSet desynced;
    private final Owed owed;
    /** How long to wait after a peer came or went: they often do so together. */
    private static final Duration CALM = Duration.ofSeconds(1);

    private long messages;
    private boolean viewDue;
    private List<Client> inSync = new ArrayList<>();

    /** The tips of which everybody was told directly although there is a relay. */
    private @Nullable Tips toldAll;

    /** The tips of which everybody was told that everybody holds them. */
    private @Nullable Tips settled;

    Gossip(FolderState folder, Peers peers, Pushes pushes, DesyncedSet desynced, Owed owed) {
        this.folder = folder;
        this.peers = peers;
        this.pushes = pushes;
        this.desynced = desynced;
        this.owed = owed;
    }

    /** The number of the last message: whatever is heard later has a higher one. */
    long messages() {
        return messages;
    }

    // ---- telling

    /** Our tips have moved, by a merge of what those repositories pushed if by one. */
    void moved(Tips tips, Set<UUID> merged) {
        folder.tips = tips;
        peers.online().filter(peer -> !desynced.contains(peer.client)).forEach(this::noteIfInSync);
        relay().ifPresent(this::believeIfSettled);
        announce(merged);
    }

    /** Tells whoever has to hear of our tips, and whoever waits to hear that its push is merged. */
    void announce(Set<UUID> merged) {
        Optional<Peer> relay = relay();
        boolean direct = relay.isEmpty() || folder.tips.equals(toldAll);
        for (Peer peer : peers.all()) {
            boolean lacks = !peer.known.equals(folder.tips);
            boolean waits = merged.contains(peer.client.uuid());
            boolean due = direct
                    ? lacks && !folder.tips.equals(peer.lastTold)
                    : relay.get().equals(peer) && !hasTheDuty(peer);
            if (!peer.online && lacks) {
                owed.owe(peer, Notice.CAN_PUSH);
            } else if (waits || due) {
                tell(peer);
            }
        }
        if (!direct && !hasTheDuty(relay.get())) {
            folder.later(folder.tuning.relayPatience(), new Event.RelayDue(folder.tips));
        }
    }

    /** Tells a peer what we hold; if it is being told something else, then once more after that. */
    void tell(Peer peer) {
        if (peer.telling) {
            peer.tellAgain |= !folder.tips.equals(peer.lastTold) || folder.tips.equals(settled);
        } else if (peer.online && !folder.paused && folder.started) {
            peer.telling = true;
            peer.lastTold = folder.tips;
            peer.toldComing = folder.coming > 0;
            peer.askedAt = ++messages;
            folder.add(new Effect.Tell(peer.client, announcement()));
        }
    }

    /** Tells a peer in any case, also what it was told before: its answer has to be younger than this call. */
    void tellAnew(Peer peer) {
        peer.tellAgain |= peer.telling;
        tell(peer);
    }

    /** All content that can be had is here, and some peers may have heard that it was still coming. */
    void contentComplete() {
        peers.online().filter(peer -> peer.toldComing).forEach(this::tellAnew);
    }

    void ask(Peer peer) {
        if (peer.online && !folder.paused && !peer.asking) {
            peer.asking = true;
            folder.add(new Effect.AskForPush(peer.client));
        }
    }

    Announcement announcement() {
        return new Announcement(folder.tips, peers.view(), folder.tips.equals(settled), folder.coming);
    }

    // ---- the relay

    private boolean isCrowd() {
        return peers.countOnline() > folder.tuning.directPeers();
    }

    /** Who tells everybody in our place; empty if we do so ourselves. */
    private Optional<Peer> relay() {
        return isCrowd()
                ? peers.online()
                        .filter(peer -> !peer.unfit)
                        .min(Comparator.comparing(peer -> peer.client.uuid(), Gossip::compare))
                        .filter(peer -> compare(peer.client.uuid(), folder.self) < 0)
                : Optional.empty();
    }

    /** As their hexadecimal digits compare; {@link UUID#compareTo} takes the first digit for a sign. */
    private static int compare(UUID one, UUID two) {
        int high = Long.compareUnsigned(one.getMostSignificantBits(), two.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(one.getLeastSignificantBits(), two.getLeastSignificantBits());
    }

    private boolean isRelay(Peer peer) {
        return relay().filter(peer::equals).isPresent();
    }

    /** Whether a relay holds what we hold and reaches whom we reach, and said so: then the rest is its business. */
    private boolean hasTheDuty(Peer relay) {
        return folder.tips.equals(relay.confirmed) && relay.confirmedView == peers.view();
    }

    /** A while has passed since those tips were handed to a relay. */
    void relayDue(Tips tips) {
        boolean open = peers.online().anyMatch(peer -> !peer.known.equals(tips));
        if (open && tips.equals(folder.tips) && !tips.equals(toldAll)) {
            relay().ifPresent(relay -> {
                if (hasTheDuty(relay)) {
                    tellAnew(relay); // it answers whether all have it, should its word have been lost
                    folder.later(folder.tuning.relayPatience(), new Event.RelayDue(tips));
                } else {
                    passOver(relay);
                }
            });
        }
    }

    private void passOver(Peer relay) {
        relay.unfit = true;
        announce(Set.of());
    }

    /** A peer has come or gone: once that has calmed down, what was handed to a relay is looked at again. */
    void peersChanged() {
        settled = null;
        toldAll = null;
        if (!viewDue) {
            viewDue = true;
            folder.later(CALM, new Event.ViewDue());
        }
    }

    /** Peers came or went a while ago: whoever relays now has to know, and to reach the same. */
    void viewDue() {
        viewDue = false;
        relay().ifPresent(this::believeIfSettled);
        announce(Set.of());
        sayIfSettled();
    }

    // ---- hearing

    /** A peer told us what it holds. */
    void told(Peer peer, Announcement theirs, long reply) {
        hear(peer, theirs, ++messages);
        if (theirs.tips().equals(folder.tips)) {
            confirmed(peer, theirs.tips(), theirs);
            pushes.notNeeded(peer.client, theirs.tips());
            folder.add(new Effect.Answer(reply, Reply.HAVE, announcement()));
        } else if (pushes.isComingFromAnother(theirs.tips(), peer.client)) {
            folder.add(new Effect.Answer(reply, Reply.COMING, announcement()));
        } else {
            pushes.promise(peer.client, theirs.tips());
            folder.add(new Effect.Compare(peer.client, theirs.tips(), reply, announcement()));
        }
    }

    /** A peer answered what we told it. */
    void answered(Peer peer, Tips asked, Reply reply, Announcement theirs) {
        peer.telling = false;
        succeeded(peer);
        owed.settle(peer, Notice.CAN_PUSH);
        hear(peer, theirs, peer.askedAt);
        if (reply == Reply.HAVE) {
            confirmed(peer, asked, theirs);
        }
        // what was pushed on this link is there, only not merged yet: it will say so when it is
        if (reply == Reply.WANTED && peer.online && !asked.equals(peer.pushed)) {
            pushes.wantedBy(peer);
        }
        tellIfDue(peer);
    }

    /** Says the newest, if there was something newer while the last word was under way. */
    private void tellIfDue(Peer peer) {
        if (peer.tellAgain) {
            peer.tellAgain = false;
            tell(peer);
        }
    }

    /** A peer did not answer what we told it, or refused. */
    void tellFailed(Peer peer, String reason) {
        peer.telling = false;
        peer.lastTold = null;
        if (peer.tellAgain) {
            tellIfDue(peer); // that word was out of date anyway
        } else {
            failed(peer, reason);
        }
    }

    void asked(Peer peer, @Nullable String failure) {
        peer.asking = false;
        if (failure == null) {
            owed.settle(peer, Notice.PUSH_REQUEST);
        } else {
            failed(peer, failure);
        }
    }

    /** Something that we asked of a peer has failed: said once, tried again later, each time a little later. */
    void failed(Peer peer, String reason) {
        if (!peer.online) {
            return; // the link is down, which was said
        }
        if (!reason.equals(peer.failure)) {
            peer.failure = reason;
            folder.note("peer-failed", "peer", peer.name, "reason", reason);
        }
        folder.later(BackOff.after(peer.failures++), new Event.TellAgain(peer.client));
        if (isRelay(peer)) {
            passOver(peer);
        }
    }

    void succeeded(Peer peer) {
        peer.failures = 0;
        peer.failure = null;
    }

    /** The wait after a failure, or after a difference, is over. */
    void tellAgain(Peer peer) {
        peer.recheckDue = false;
        if (peer.failure != null || desynced.contains(peer.client) || !peer.known.equals(folder.tips)) {
            tell(peer);
        }
    }

    /** A peer holds that; if it relays, and does not reach whom we reach, we tell everybody ourselves. */
    private void confirmed(Peer peer, Tips what, Announcement theirs) {
        peer.confirmed = what;
        peer.confirmedView = theirs.view();
        peer.unfit = false;
        if (isRelay(peer) && what.equals(folder.tips) && theirs.view() != peers.view() && !what.equals(toldAll)) {
            toldAll = what;
            announce(Set.of());
        }
    }

    private void hear(Peer peer, Announcement theirs, long at) {
        peer.known = theirs.tips();
        peer.knownAt = Math.max(peer.knownAt, at);
        noteIfInSync(peer);
        boolean same = theirs.tips().equals(folder.tips);
        if (same) {
            succeeded(peer); // whatever failed before is not needed any more
        }
        peer.said = theirs;
        believeIfSettled(peer);
        if (!same && !peer.recheckDue) {
            // an older word may overtake a newer one, or the newer one be lost: whoever differs is asked again
            peer.recheckDue = true;
            folder.later(BackOff.after(peer.rechecks++), new Event.TellAgain(peer.client));
        }
        sayIfSettled();
    }

    /** A peer's word that all hold the same counts for whoever it can reach, so only while we reach the same. */
    private void believeIfSettled(Peer peer) {
        Announcement said = peer.said;
        if (said != null
                && said.settled()
                && said.view() == peers.view()
                && said.tips().equals(folder.tips)) {
            settled = said.tips();
            peers.online().forEach(other -> {
                other.known = said.tips();
                noteIfInSync(other);
            });
        }
    }

    /** As the one that relays: when all hold the same, all are told, so that each knows of all. */
    private void sayIfSettled() {
        if (isCrowd()
                && !viewDue
                && !folder.tips.equals(settled)
                && relay().isEmpty()
                && peers.online().allMatch(peer -> peer.known.equals(folder.tips))) {
            settled = folder.tips;
            peers.online().forEach(this::tell);
        }
    }

    private void noteIfInSync(Peer peer) {
        if (peer.known.equals(folder.tips)) {
            peer.rechecks = 0;
            desynced.leaveAsEqual(peer.client);
            peer.lastSync = folder.now;
            inSync.add(peer.client);
        }
    }

    /** Ends a step: whoever was found to be in sync is remembered so, in one go. */
    void remember() {
        if (!inSync.isEmpty()) {
            folder.add(new Effect.Remember(List.copyOf(inSync), folder.tips.head(), folder.now));
            inSync = new ArrayList<>();
        }
    }
}
