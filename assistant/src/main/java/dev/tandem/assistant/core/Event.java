package dev.tandem.assistant.core;

import dev.tandem.xmpp.account.DeviceId;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Everything that can happen to a folder. Read this file first, then {@link Effect}, then {@link FolderCore}. */
public sealed interface Event {
    /** Which method of the core answers. */
    void applyTo(FolderCore core);

    /** The daemon has opened the folder; what changed in the files while it was off is not known yet. */
    record Started(Tips tips) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.started(tips);
        }
    }

    /** Files or directories have been quiet for the settle time. */
    record Settled(Set<String> paths) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.settled(paths);
        }
    }

    /** File events were lost, so only a scan can tell what changed. */
    record RescanNeeded(String why) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.rescanNeeded(why);
        }
    }

    /** Something in {@code .git} moved: perhaps the user committed, or ended a rebase. */
    record GitMoved() implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.gitMoved();
        }
    }

    /**
     * What {@link Effect.LookAtRepository} saw.
     *
     * @param busy why Tandem has to wait, or null
     * @param offered whether a clone has pushed something by hand that is to be merged
     */
    record RepositorySeen(Tips tips, @Nullable String busy, boolean offered) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.repositorySeen(tips, busy, offered);
        }
    }

    /**
     * A commit job ended.
     *
     * @param unsettled paths that must be looked at again soon
     * @param unreadable paths that Tandem may not read
     */
    record Committed(
            Tips tips, List<FileChange> changes, Set<String> unsettled, Set<String> unreadable, ContentCount contents)
            implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.committed(tips, changes, unsettled, unreadable, contents);
        }
    }

    /** An integration job ended: the clients' heads are merged and checked out. */
    record Integrated(
            Tips tips, Set<UUID> merged, List<FileChange> changes, List<KeptBoth> conflicts, ContentCount contents)
            implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.integrated(tips, merged, changes, conflicts, contents);
        }
    }

    /** Files changed while they were to be replaced: they become versions first, then the merge is done anew. */
    record ChangedMeanwhile(Set<String> paths) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.changedMeanwhile(paths);
        }
    }

    /** A job on the working tree found the user's own git at work. */
    record Blocked(String busy) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.blocked(busy);
        }
    }

    /** A job on the working tree failed; nothing is half-done. */
    record JobFailed(Trouble trouble) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.jobFailed(trouble);
        }
    }

    /** A job on the working tree found that most files would vanish; it has done nothing. */
    record DeletionHeld(HeldDeletion held) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.deletions().hold(held);
        }
    }

    /** The user has said whether a deletion that is held is meant. */
    record DeletionDecided(boolean meant) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.deletions().decided(meant);
        }
    }

    /** It is time to try again what had to wait. */
    record Retry() implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.retry();
        }
    }

    /** A device was paired with this folder, or was known when the daemon started; {@code owed} was promised before. */
    record PeerAdded(
            Client client,
            String name,
            String jid,
            @Nullable String head,
            @Nullable Instant lastSync,
            Set<Notice> owed) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.peerAdded(client, name, jid, head, lastSync, owed);
        }
    }

    /** A device can be reached again; what it last told us is no longer to be trusted. */
    record LinkUp(DeviceId device, String name, String jid, String carrier) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.linkUp(device, name, jid, carrier);
        }
    }

    /** A device is reached in another way from now on, and was never out of reach. */
    record Rerouted(DeviceId device, String carrier) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.rerouted(device, carrier);
        }
    }

    /** A device is called something else from now on. */
    record PeerRenamed(DeviceId device, String name) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.peerRenamed(device, name);
        }
    }

    /** A device was revoked, or the folder is no longer shared with it. */
    record PeerRemoved(Client client) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.peerRemoved(client);
        }
    }

    /** A device can no longer be reached. */
    record LinkDown(DeviceId device, String reason) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.linkDown(device, reason);
        }
    }

    /** {@code CanPush}: a client says what it holds, and waits for {@code reply}. */
    record CanPush(Client from, Announcement theirs, long reply) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.canPush(from, theirs, reply);
        }
    }

    /** What {@link Effect.Compare} found, and has answered. */
    record Compared(Client from, Tips theirs, boolean wanted) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.compared(from, theirs, wanted);
        }
    }

    /** A client's answer to our {@code CanPush}, which said {@code asked}. */
    record TipsAnswered(Client client, Tips asked, Reply reply, Announcement theirs) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.tipsAnswered(client, asked, reply, theirs);
        }
    }

    /** Our {@code CanPush} got no answer or a refusal. */
    record TellFailed(Client client, String reason) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.tellFailed(client, reason);
        }
    }

    /** Our {@code PushRequest} was answered, or failed. */
    record PushAsked(Client client, @Nullable String failure) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.pushAsked(client, failure);
        }
    }

    /** The back-off after a failure with that client is over, or it was found to differ a while ago. */
    record TellAgain(Client client) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.tellAgain(client);
        }
    }

    /** A relay has had its time to confirm those tips. */
    record RelayDue(Tips tips) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.relayDue(tips);
        }
    }

    /** Peers came or went a moment ago. */
    record ViewDue() implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.viewDue();
        }
    }

    /** A merge has waited long enough for others to join it; what follows is decided after every event. */
    record MergeDue() implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.mergeDue();
        }
    }

    /** What {@link Effect.ScanContent} found. */
    record ContentScanned(int missing) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.transfers().scanned(missing);
        }
    }

    /**
     * What {@link Effect.FindContent} found.
     *
     * @param wants what is wanted here and some peer that can be reached has
     * @param more whether there is more than was asked for
     * @param missing how many annexed files have no content here
     * @param unreachable how many contents are wanted and nowhere to be had, if there is no more
     * @param example one of these and where it was last, in words; empty if there is none
     */
    record ContentFound(List<Want> wants, boolean more, int missing, int unreachable, String example) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.transfers().found(wants, more, missing, unreachable, example);
        }
    }

    /** One content of a fetch has come, or not; {@code path} is one of its files. */
    record ContentFetched(long fetch, Client from, String key, String path, FetchResult result) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.transfers().fetched(fetch, from, key, path, result);
        }
    }

    /** A fetch has ended; {@code failure} is why it broke off, or null. */
    record FetchEnded(long fetch, Client from, @Nullable String failure) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.transfers().ended(fetch, from, failure);
        }
    }

    /** It is time to fetch again what could not be had. */
    record FetchDue() implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.transfers().due();
        }
    }

    /**
     * What {@link Effect.PlaceContent} was given is recorded, and in the files.
     *
     * @param files how many that are
     * @param paths some of these
     */
    record ContentPlaced(Tips tips, int files, List<String> paths, int missing) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.contentPlaced(tips, files, paths, missing);
        }
    }

    /** A client has opened a stream to fetch contents. */
    record ContentAsked(Client from, long stream) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.contentAsked(from, stream);
        }
    }

    /** Large files wait, and why; null if they may go on. */
    record ContentsHeld(@Nullable String why) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.transfers().hold(why);
        }
    }

    /** A user waits for contents; what is wanted most is marked in the repository's own records. */
    record GetRequested(long token) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.transfers().getRequested(token);
        }
    }

    /** The git remotes that the repository's configuration has. */
    record RemotesSeen(List<RemoteAddress> remotes) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.remotes().seen(remotes);
        }
    }

    /**
     * A fetch from a git remote has ended.
     *
     * @param news whether something has come that is to be merged
     * @param held what the remote holds of what we push to it
     * @param annex the repository there, if contents can be exchanged with it
     */
    record RemoteFetched(
            String name,
            RemoteReport report,
            boolean news,
            Tips held,
            @Nullable UUID annex) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.remotes().fetched(name, report, news, held, annex);
        }
    }

    /** A push to a git remote has ended; as {@link RemoteFetched}. */
    record RemotePushed(String name, RemoteReport report, boolean news, Tips held) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.remotes().pushed(name, report, news, held);
        }
    }

    /** A git remote has the contents that it wants, as of when we held {@code at}. */
    record ContentsSent(String name, RemoteReport report, Tips at) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.remotes().contentsSent(name, report, at);
        }
    }

    /** It is time to look at a git remote; {@code timer} is the number of the timer that rang. */
    record RemoteDue(String name, long timer) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.remotes().due(name, timer);
        }
    }

    /** {@code PushRequest}: a client asks us to push to it. */
    record PushRequested(Client from, long reply) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.pushRequested(from, reply);
        }
    }

    /** {@code StartingPush}: a client has opened a stream and waits for our grant. */
    record PushOffered(Client from, long stream) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.pushOffered(from, stream);
        }
    }

    /** A push to a client has ended; {@code failure} is null if it arrived. */
    record Sent(Client client, Tips pushed, @Nullable String failure) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.sent(client, pushed, failure);
        }
    }

    /** A push from a client has ended; {@code failure} is null if it arrived. */
    record Received(Client client, @Nullable String failure) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.received(client, failure);
        }
    }

    /** The user stops syncing this folder, or starts it again. */
    record PauseSet(boolean paused) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.pauseSet(paused);
        }
    }

    /** The user wants this device and all reachable peers to hold the same commit; {@code token} names the request. */
    record SyncRequested(long token) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.syncRequested(token);
        }
    }

    /** Nobody waits for that request any longer. */
    record SyncTimedOut(long token) implements Event {
        @Override
        public void applyTo(FolderCore core) {
            core.syncTimedOut(token);
        }
    }
}
