package dev.tandem.gitsync.remotes;

import dev.tandem.gitsync.annex.AnnexBranch;
import dev.tandem.gitsync.merge.ConvergentMerge;
import dev.tandem.gitsync.repo.DurableNames;
import dev.tandem.gitsync.repo.FolderRepository;
import dev.tandem.gitsync.repo.OwnLocks;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jgit.errors.NotSupportedException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.FetchResult;
import org.eclipse.jgit.transport.OperationResult;
import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.RemoteConfig;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.TrackingRefUpdate;
import org.eclipse.jgit.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Fetches from a folder's git remotes and pushes to them, as {@code git annex sync} does: the branch and
 * {@code git-annex}, each also as {@code synced/…}, which a clone with a working tree takes too. Never forces a ref
 * that others use.
 *
 * <p>Any thread; one call for each remote at a time. A remote on a path that holds what was seen there last costs a
 * look at its refs.
 */
public final class RemoteExchange {
    /** Without a byte for that long a server is taken for gone. */
    private static final int SILENCE_SECONDS = 60;

    private final FolderRepository repository;
    private final AnnexBranch annex;
    private final GitRemotes remotes;
    private final Access access;
    private final Map<String, TrackedTips> seen = new ConcurrentHashMap<>(); // one for each remote

    /** What a folder's remotes are exchanged with. */
    public RemoteExchange(FolderRepository repository, AnnexBranch annex, GitRemotes remotes, Access access) {
        this.repository = repository;
        this.annex = annex;
        this.remotes = remotes;
        this.access = access;
    }

    /**
     * What a remote holds.
     *
     * @param news whether it may hold what is not merged here
     * @param head its {@code synced/BRANCH}
     * @param annex its {@code synced/git-annex}
     */
    public record Held(boolean news, Optional<ObjectId> head, Optional<ObjectId> annex) {}

    /**
     * What became of a push.
     *
     * @param overtaken whether others have pushed meanwhile: fetch, merge, and push again
     */
    public record Pushed(boolean overtaken, Held held) {}

    /** Fetches what a remote has, into {@code refs/remotes/N/}. */
    public Held fetch(GitRemote remote) throws IOException {
        Git git = new Git(remote);
        boolean local = remote.path().isPresent();
        if (remote.pulls() && !(local && PathRemote.open(remote).holds(git.tips()))) {
            git.fetch();
        }
        TrackedTips tips = git.tips();
        boolean news = remote.pulls() && !tips.equals(seen.put(remote.name(), tips));
        return held(news, tips);
    }

    private static Held held(boolean news, TrackedTips tips) {
        return new Held(
                news,
                Optional.ofNullable(tips.all().get(TrackedTips.SYNCED + tips.branch())),
                Optional.ofNullable(tips.all().get(TrackedTips.SYNCED + TrackedTips.ANNEX)));
    }

    /** The heads that remotes held when they were last fetched from. */
    public List<ObjectId> heads() throws IOException {
        List<ObjectId> heads = new ArrayList<>();
        for (GitRemote remote : remotes.synced()) {
            if (remote.pulls()) {
                heads.addAll(new Git(remote).tips().heads());
            }
        }
        return heads;
    }

    /** The tips of {@code git-annex} that remotes held. */
    public List<ObjectId> annexTips() throws IOException {
        List<ObjectId> tips = new ArrayList<>();
        for (GitRemote remote : remotes.synced()) {
            if (remote.pulls()) {
                tips.addAll(new Git(remote).tips().annex());
            }
        }
        return tips;
    }

    /**
     * Pushes what we have.
     *
     * @param tagged to {@code refs/synced/UUID/}, which is ours alone, because others were always faster
     */
    public Pushed push(GitRemote remote, boolean tagged) throws IOException {
        Git git = new Git(remote);
        TrackedTips tips = git.tips();
        if (!remote.pushes()) {
            return new Pushed(false, held(false, tips));
        }
        List<RemoteRefUpdate> updates = new ArrayList<>();
        Optional<ObjectId> head = repository.head();
        if (head.isPresent()) {
            if (!contains(head.get(), tips.shared(repository.branch()))) {
                return new Pushed(true, held(true, tips)); // fetched by somebody else, and not merged yet
            }
            git.add(updates, repository.branch(), head.get(), tips, tagged);
        }
        annex.union(tips.annex());
        Optional<ObjectId> lines = annex.tip();
        if (lines.isPresent()) {
            git.add(updates, TrackedTips.ANNEX, lines.get(), tips, tagged);
        }
        boolean overtaken = !updates.isEmpty() && git.push(updates);
        TrackedTips now = git.tips();
        boolean grown = updates.stream()
                .map(RemoteRefUpdate::getNewObjectId)
                .anyMatch(
                        id -> !Optional.of(id).equals(head) && !Optional.of(id).equals(lines));
        if (!overtaken && !grown) {
            seen.put(remote.name(), now); // it has nothing from others
        }
        return new Pushed(overtaken, tagged ? new Held(false, head, lines) : held(grown, now));
    }

    private boolean contains(ObjectId head, List<ObjectId> tips) throws IOException {
        for (ObjectId tip : tips) {
            if (!ConvergentMerge.contains(repository.git(), head, tip)) {
                return false;
            }
        }
        return true;
    }

    /** One remote, for one exchange. */
    private final class Git {
        private final GitRemote remote;
        private final Repository local = repository.git();

        Git(GitRemote remote) {
            this.remote = remote;
        }

        TrackedTips tips() throws IOException {
            return TrackedTips.of(local, remote.name(), repository.branch());
        }

        void fetch() throws IOException {
            String prefix = GitRemotes.tracking(remote.name());
            List<RefSpec> wanted = List.of(
                    new RefSpec("+refs/heads/*:" + prefix + "*"),
                    new RefSpec("+refs/synced/*:" + prefix + TrackedTips.TAGGED + "*"));
            try (Transport transport = open()) {
                Credentials credentials = access.prepare(transport, repository.path());
                FetchResult result =
                        OwnLocks.notedBelow(local, prefix, () -> transport.fetch(new Deadline(access.clock()), wanted));
                flush(result);
                credentials.worked();
            } catch (TransportException | NotSupportedException failed) {
                throw Failures.of(remote, failed);
            }
        }

        /** Pushes; says whether others were faster. */
        boolean push(List<RemoteRefUpdate> updates) throws IOException {
            try (Transport transport = open()) {
                Credentials credentials = access.prepare(transport, repository.path());
                PushResult result = OwnLocks.notedBelow(
                        local,
                        GitRemotes.tracking(remote.name()),
                        () -> transport.push(new Deadline(access.clock()), updates));
                flush(result);
                credentials.worked();
                return overtaken(result);
            } catch (TransportException | NotSupportedException failed) {
                throw Failures.of(remote, failed);
            }
        }

        /** A merge is made of what these name, and is told of as kept. */
        private void flush(OperationResult result) throws IOException {
            if (!result.getTrackingRefUpdates().isEmpty()) {
                DurableNames.flushPackNames(local);
            }
            for (TrackingRefUpdate update : result.getTrackingRefUpdates()) {
                boolean created = update.getResult() == RefUpdate.Result.NEW;
                DurableNames.flushRef(local, update.getLocalName(), created);
            }
        }

        private boolean overtaken(PushResult result) throws RemoteException {
            boolean overtaken = false;
            for (RemoteRefUpdate update : result.getRemoteUpdates()) {
                switch (update.getStatus()) {
                    case OK, UP_TO_DATE -> {}
                    case REJECTED_NONFASTFORWARD, REJECTED_REMOTE_CHANGED -> overtaken = true;
                    default -> {
                        String why = String.valueOf(update.getMessage());
                        if (Failures.isRace(why)) {
                            overtaken = true;
                        } else if (update.getRemoteName().contains("synced/")) {
                            throw RemoteException.refused(
                                    remote.name() + " does not take what is pushed (" + why + ")");
                        }
                        // a branch that is checked out there, or protected: those who pull take synced/BRANCH
                    }
                }
            }
            return overtaken;
        }

        void add(List<RemoteRefUpdate> updates, String branch, ObjectId tip, TrackedTips tips, boolean tagged)
                throws IOException {
            String tracking = GitRemotes.tracking(remote.name());
            if (tagged) {
                String own = repository.uuid() + "/" + branch;
                updates.add(update(tip, "refs/synced/" + own, true, tracking + TrackedTips.TAGGED + own));
                return;
            }
            ObjectId pushed = Descent.of(local, tip, tips.shared(branch));
            List<String> names = new ArrayList<>(List.of(TrackedTips.SYNCED + branch));
            if (remote.path().isEmpty() || PathRemote.open(remote).isBare()) {
                names.add(branch);
            }
            for (String name : names) {
                if (!pushed.equals(tips.all().get(name))) {
                    updates.add(update(pushed, Constants.R_HEADS + name, false, tracking + name));
                }
            }
        }

        private RemoteRefUpdate update(ObjectId tip, String name, boolean force, @Nullable String tracking)
                throws IOException {
            return new RemoteRefUpdate(local, tip.name(), tip, name, force, tracking, null);
        }

        private Transport open() throws IOException {
            try {
                Transport transport = Transport.open(local, remotes.address(remote), remote.name());
                transport.applyConfig(new RemoteConfig(local.getConfig(), remote.name()));
                transport.setTagOpt(TagOpt.NO_TAGS);
                transport.setPushThin(true);
                transport.setRemoveDeletedRefs(false);
                transport.setTimeout(SILENCE_SECONDS);
                return transport;
            } catch (URISyntaxException malformed) {
                throw RemoteException.refused("the configuration of " + remote.name() + " cannot be read", malformed);
            }
        }
    }
}
