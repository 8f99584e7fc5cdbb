package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.util.Set;

/**
 * Told what happens in a folder. Called on the watch's own thread or on its timer's, one call at a time; should hand
 * over and return at once.
 */
public interface WatchListener {
    /** Files or directories (then with all below them) that changed and are quiet now, or have waited long enough. */
    void settled(Set<String> paths);

    /** Events were lost, or the folder itself was replaced: only a scan tells what changed. */
    void rescan(String why);

    /** HEAD, a branch, the index or its lock changed: the user's git was at work, or we were. */
    void gitMoved();

    /** A directory cannot be watched; changes in it are seen by the next scan only. The message says what to do. */
    void failed(IOException cause);

    /** Everything is watched again that could not be. */
    default void recovered() {}
}
