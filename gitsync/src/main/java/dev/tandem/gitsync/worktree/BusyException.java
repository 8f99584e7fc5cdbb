package dev.tandem.gitsync.worktree;

import java.io.IOException;

/**
 * The user's own git is at work in this repository (index.lock, a merge or rebase under way, a detached HEAD), or it
 * was while we looked. Nothing was done; try again when {@link WatchListener#gitMoved()} is told.
 */
public final class BusyException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says what is under way, in words for the user. */
    public BusyException(String message) {
        super(message);
    }
}
