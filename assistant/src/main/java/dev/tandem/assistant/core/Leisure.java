package dev.tandem.assistant.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * When there is time to look through the contents that are here for those that are not wanted any more. Pure; belongs
 * to one thread. Rules:
 *
 * <ol>
 *   <li>LEISURE-1: only while the folder is in sync with everybody who can be reached.
 *   <li>LEISURE-2: after something has changed (a commit, a line of the git-annex branch, a device that came or went),
 *       and then has been quiet for a moment; not at all while nothing changes.
 *   <li>LEISURE-3: what had to stay although it is not wanted is judged anew after a while.
 *   <li>LEISURE-4: looking takes a tenth of the time at most.
 * </ol>
 */
public final class Leisure {
    static final Duration QUIET = Duration.ofSeconds(2);
    static final Duration REFUSED = Duration.ofMinutes(10);
    static final int SHARE = 10;

    /** What a look depends on. */
    private record Standing(Tips tips, Set<Client> online) {}

    private final Duration quiet;
    private @Nullable Standing looked;
    private @Nullable Standing seen;
    private Instant seenAt = Instant.EPOCH;
    private Instant notBefore = Instant.EPOCH;
    private @Nullable Instant again;

    /** @param offset is waited as well: two devices that are told of the same thing do not look at the same moment */
    public Leisure(Duration offset) {
        quiet = QUIET.plus(offset);
    }

    /** Whether to look now; asked every other second. */
    public boolean isDue(FolderSnapshot folder, Instant now) {
        Standing standing = new Standing(
                folder.tips(),
                folder.peers().stream()
                        .filter(FolderSnapshot.PeerSnapshot::online)
                        .map(FolderSnapshot.PeerSnapshot::client)
                        .collect(Collectors.toSet()));
        if (!folder.state().equals("synced") || !standing.equals(seen)) {
            seen = standing;
            seenAt = now;
            return false;
        }
        boolean changed = !Objects.equals(standing, looked);
        boolean retry = again != null && !now.isBefore(again);
        return (changed || retry) && !now.isBefore(notBefore) && !now.isBefore(seenAt.plus(quiet));
    }

    /**
     * A look begins, at what was said to be due.
     *
     * @return to be handed to {@link #looked}
     */
    public Object looks() {
        return Objects.requireNonNull(seen);
    }

    /**
     * A look has ended.
     *
     * @param what of {@link #looks}
     * @param took how long it took
     * @param refused whether something had to stay although it is not wanted
     */
    public void looked(Object what, Duration took, boolean refused, Instant now) {
        looked = (Standing) what;
        notBefore = now.plus(took.multipliedBy(SHARE));
        again = refused ? now.plus(REFUSED) : null;
    }
}
