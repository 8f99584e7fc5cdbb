package dev.tandem.gitsync.remotes;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.eclipse.jgit.lib.EmptyProgressMonitor;

/** Ends an exchange that takes longer than any should: JGit asks it again and again whether to go on. */
final class Deadline extends EmptyProgressMonitor {
    /** A first push of a large history over a slow line; whatever hangs without a byte is ended long before. */
    private static final Duration LONGEST = Duration.ofHours(6);

    private final InstantSource clock;
    private final Instant end;

    Deadline(InstantSource clock) {
        this.clock = clock;
        end = clock.instant().plus(LONGEST);
    }

    @Override
    public boolean isCancelled() {
        return clock.instant().isAfter(end) || Thread.currentThread().isInterrupted();
    }
}
