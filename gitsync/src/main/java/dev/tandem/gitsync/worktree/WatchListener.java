package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.util.Set;

/** Hears what happens in a folder. Called on the watch's threads: hand over and return. */
public interface WatchListener {
    /** Files or directories, relative and with slashes, that have changed and come to rest. */
    void settled(Set<String> paths);

    /** Events were lost: only a scan can tell what changed. */
    void rescan(String why);

    /** The user's git did something: HEAD, a branch or the index moved. */
    void gitMoved();

    /** Some directory cannot be watched; what happens there is noticed at the next scan only. */
    void failed(IOException cause);
}
