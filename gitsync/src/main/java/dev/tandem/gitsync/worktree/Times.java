package dev.tandem.gitsync.worktree;

import java.time.Instant;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/** When a file was last modified on the device that it comes from; empty where nobody knows. */
@FunctionalInterface
public interface Times {
    /** The time of that content at that path. */
    Optional<Instant> modified(String path, ObjectId blob);
}
