package dev.tandem.gitsync.exchange;

import java.io.IOException;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * The tagged refs, {@code refs/synced/UUID/BRANCH}: what every other repository has pushed to this one. Only the
 * repository of that UUID ever writes them.
 */
public final class SyncedRefs {
    static final String PREFIX = "refs/synced/";
    static final String ANNEX = "git-annex";

    private final Repository git;

    /** Reads that repository's refs as they are at each call. */
    public SyncedRefs(Repository git) {
        this.git = git;
    }

    static String of(UUID pusher) {
        return PREFIX + pusher + "/";
    }

    /** The pusher's tip of its synced branch; the newest, should it have changed its branch. */
    public Optional<ObjectId> head(UUID pusher) throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            RevCommit newest = null;
            for (Ref ref : git.getRefDatabase().getRefsByPrefix(of(pusher))) {
                if (!ref.getName().equals(of(pusher) + ANNEX)) {
                    RevCommit commit = walk.parseCommit(ref.getObjectId());
                    newest = newest == null || BY_TIME.compare(commit, newest) > 0 ? commit : newest;
                }
            }
            return Optional.ofNullable(newest).map(RevCommit::copy);
        }
    }

    /**
     * What {@code git annex sync} in a clone has pushed to us by hand, for a branch or for {@code git-annex}: it cannot
     * move a branch that is checked out.
     */
    public Optional<ObjectId> byHand(String branch) throws IOException {
        Ref ref = git.exactRef("refs/heads/synced/" + branch);
        return ref == null ? Optional.empty() : Optional.ofNullable(ref.getObjectId());
    }

    private static final Comparator<RevCommit> BY_TIME = Comparator.comparingInt(RevCommit::getCommitTime);

    /** The pusher's tip of its {@code git-annex} branch. */
    public Optional<ObjectId> annex(UUID pusher) throws IOException {
        Ref ref = git.exactRef(of(pusher) + ANNEX);
        return ref == null ? Optional.empty() : Optional.ofNullable(ref.getObjectId());
    }
}
