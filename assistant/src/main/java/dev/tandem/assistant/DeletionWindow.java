package dev.tandem.assistant;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a folder was like before the deletions of the last seconds: a program that deletes slowly does so in several
 * commits, and they count as one. While a deletion is held time stands still, and the beginning is in a file, so that a
 * restart counts the same. Called by the thread that works on the files.
 */
final class DeletionWindow {
    private static final Logger LOG = LoggerFactory.getLogger(DeletionWindow.class);

    /** Whoever deletes for longer than that without a pause is counted from where the last seconds began. */
    private static final Duration SECONDS = Duration.ofSeconds(10);

    private record Burst(Instant at, ObjectId before) {}

    private final Repository git;
    private final InstantSource clock;
    private final Path file;

    /** What the user is being asked about began with that; from the file at first. */
    private @Nullable ObjectId held;

    private final Deque<Burst> bursts = new ArrayDeque<>();

    /** When the files of these bursts were modified: as many as were deleted in these seconds. */
    private final Map<String, Instant> times = new HashMap<>();

    DeletionWindow(Repository git, InstantSource clock) {
        this.git = git;
        this.clock = clock;
        file = git.getDirectory().toPath().resolve("tandem").resolve("held-deletion");
        held = read();
    }

    private @Nullable ObjectId read() {
        try {
            String name = Files.readString(file).strip();
            boolean known = ObjectId.isId(name) && git.getObjectDatabase().has(ObjectId.fromString(name));
            return known ? ObjectId.fromString(name) : null;
        } catch (IOException none) {
            LOG.debug("no deletion was held in {}", file);
            return null;
        }
    }

    /**
     * What has changed between two commits.
     *
     * @param deleted paths that are only in the first
     * @param added how many are only in the second
     */
    record Changes(Set<String> deleted, int added) {}

    /** The commit from which deletions count now: the head itself, if nothing was deleted in the last seconds. */
    ObjectId base(ObjectId head) throws IOException {
        if (held != null) {
            return held;
        }
        Instant oldest = clock.instant().minus(SECONDS);
        while (!bursts.isEmpty() && bursts.getFirst().at.isBefore(oldest)) {
            bursts.removeFirst();
        }
        if (bursts.isEmpty()) {
            times.clear();
        }
        return bursts.isEmpty() ? head : bursts.getFirst().before;
    }

    /** The user is asked about all since then. */
    void hold(ObjectId base) throws IOException {
        if (!base.equals(held)) {
            Files.createDirectories(file.resolveSibling(""));
            Files.writeString(file, base.name() + "\n", StandardCharsets.US_ASCII);
            held = base.copy();
        }
    }

    /** There is nothing to ask about any more. */
    void release() throws IOException {
        if (held != null) {
            Files.deleteIfExists(file);
            held = null;
        }
    }

    /** A deletion is about to be committed on top of a head. */
    void passes(ObjectId head, Collection<String> paths) throws IOException {
        release();
        bursts.addLast(new Burst(clock.instant(), head.copy()));
        times.putAll(times(paths));
    }

    /** The user has answered. */
    void clear() throws IOException {
        release();
        bursts.clear();
        times.clear();
    }

    Changes changes(ObjectId base, ObjectId head) throws IOException {
        Set<String> deleted = new HashSet<>();
        int added = 0;
        if (!base.equals(head)) {
            try (RevWalk commits = new RevWalk(git);
                    TreeWalk walk = new TreeWalk(git)) {
                walk.addTree(commits.parseCommit(base).getTree());
                walk.addTree(commits.parseCommit(head).getTree());
                walk.setRecursive(true);
                walk.setFilter(TreeFilter.ANY_DIFF);
                while (walk.next()) {
                    if (walk.getFileMode(1) == FileMode.MISSING) {
                        deleted.add(walk.getPathString());
                    } else if (walk.getFileMode(0) == FileMode.MISSING) {
                        added++;
                    }
                }
            }
        }
        return new Changes(deleted, added);
    }

    /** When files were modified that are not there any more: git's index still says so, or said so. */
    Map<String, Instant> times(Collection<String> paths) throws IOException {
        Map<String, Instant> found = new HashMap<>();
        DirCache index = DirCache.read(git);
        for (String path : paths) {
            if (times.containsKey(path)) {
                found.put(path, times.get(path));
            }
            if (index.getEntry(path) != null) {
                add(found, index.getEntry(path));
            } else if (!path.isEmpty()) {
                List.of(index.getEntriesWithin(path)).forEach(entry -> add(found, entry));
            }
        }
        return found;
    }

    private static void add(Map<String, Instant> found, DirCacheEntry entry) {
        if (entry.getLastModifiedInstant().isAfter(Instant.EPOCH)) {
            found.put(entry.getPathString(), entry.getLastModifiedInstant());
        }
    }
}
