package dev.tandem.gitsync.worktree;

import dev.tandem.gitsync.repo.DurableNames;
import dev.tandem.gitsync.repo.OwnLocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.RepositoryState;
import org.jspecify.annotations.Nullable;

/** One repository and its files, with everything that the steps on them share. */
record Folder(
        Repository git,
        Path root,
        Index index,
        EmptyDirectories directories,
        InstantSource clock,
        ContentFilter filter,
        Failpoints failpoints) {
    /** The branch that HEAD stands on and its commit, null before the first one. */
    record Head(String branch, @Nullable ObjectId id) {}

    Path file(String path) {
        return root.resolve(path);
    }

    boolean trustMode() {
        return git.getConfig()
                .getBoolean(ConfigConstants.CONFIG_CORE_SECTION, ConfigConstants.CONFIG_KEY_FILEMODE, true);
    }

    /** Refuses to work while the user's git does. */
    void requireQuiet() throws IOException {
        if (!Files.isDirectory(git.getDirectory().toPath())) {
            throw new IOException("The repository " + git.getDirectory() + " is not there; is its disk mounted?");
        }
        index.requireUnlocked();
        RepositoryState state = git.getRepositoryState();
        if (state != RepositoryState.SAFE) {
            throw new BusyException("An operation of git is under way here: " + state.getDescription());
        }
    }

    Head head() throws IOException {
        Ref head = git.exactRef(Constants.HEAD);
        if (head == null || !head.isSymbolic()) {
            throw new BusyException("HEAD is detached; check out a branch to go on syncing");
        }
        return new Head(head.getTarget().getName(), head.getObjectId());
    }

    void requireHead(Head expected) throws IOException {
        if (!head().equals(expected)) {
            throw new BusyException("HEAD was moved by another git command meanwhile");
        }
    }

    /** Moves HEAD's branch, only from where it was seen; durable afterwards. What it names must be on the disk. */
    void move(Head from, ObjectId to, String why) throws IOException {
        RefUpdate update = git.updateRef(from.branch());
        update.setExpectedOldObjectId(Objects.requireNonNullElse(from.id(), ObjectId.zeroId()));
        update.setNewObjectId(to);
        update.setRefLogMessage("tandem: " + why, false);
        RefUpdate.Result result = OwnLocks.noted(git, from.branch(), update::forceUpdate);
        switch (result) {
            case NEW, FAST_FORWARD, FORCED, NO_CHANGE ->
                DurableNames.flushRef(git, from.branch(), result == RefUpdate.Result.NEW);
            case LOCK_FAILURE -> throw new BusyException("Another git command moved " + from.branch() + " meanwhile");
            case REJECTED,
                    REJECTED_CURRENT_BRANCH,
                    REJECTED_MISSING_OBJECT,
                    REJECTED_OTHER_REASON,
                    IO_FAILURE,
                    NOT_ATTEMPTED,
                    RENAMED ->
                throw new IOException("Cannot move " + from.branch() + " (" + result
                        + "); check the permissions and the space of " + git.getDirectory());
        }
    }

    static boolean isNestedRepository(int rawMode) {
        return FileMode.GITLINK.equals(rawMode);
    }
}
