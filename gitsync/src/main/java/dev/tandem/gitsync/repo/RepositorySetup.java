package dev.tandem.gitsync.repo;

import java.util.UUID;
import java.util.function.Supplier;

/**
 * What creating or opening a repository needs to know of the world.
 *
 * @param uuids where a new annex UUID comes from; version 4
 * @param gitAnnexInstalled whether git may be told to call {@code git-annex}; telling it while the program is missing
 *     breaks the user's {@code git status}
 * @param ownFilter what git calls instead where git-annex is missing, a command line; empty for nothing
 * @param initialBranch the branch of a repository that is created, for example {@code main}
 */
public record RepositorySetup(Supplier<UUID> uuids, boolean gitAnnexInstalled, String ownFilter, String initialBranch) {
    /** Without a filter where git-annex is missing. */
    public RepositorySetup(Supplier<UUID> uuids, boolean gitAnnexInstalled, String initialBranch) {
        this(uuids, gitAnnexInstalled, "", initialBranch);
    }

    /** The same with another branch: that of the device that a new folder is paired with. */
    public RepositorySetup withInitialBranch(String branch) {
        return new RepositorySetup(uuids, gitAnnexInstalled, ownFilter, branch);
    }
}
