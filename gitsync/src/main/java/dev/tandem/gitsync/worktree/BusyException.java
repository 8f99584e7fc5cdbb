package dev.tandem.gitsync.worktree;

import java.io.IOException;

/** The user's own git holds the index: nothing was done, and it can be tried again. */
public final class BusyException extends IOException {
    private static final long serialVersionUID = 1;

    BusyException(String why) {
        super(why);
    }
}
