package dev.tandem.gitsync.annex;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * What was forgotten of the {@code git-annex} branch, by {@code git annex forget} in any repository: its history, and
 * the repositories that were declared dead. A branch that has not seen all of it is never merged again, because that
 * would bring back what was forgotten (git-annex, Annex/Branch/Transitions.hs).
 *
 * @param lines of the log: name and time of each
 */
record Transitions(Set<String> lines) {
    static final String LOG = "transitions.log";

    private static final String HISTORY = "ForgetGitHistory";
    private static final String DEAD = "ForgetDeadRemotes";
    /** What is said of a line that is not known: enough to tell which it is. */
    private static final int LINE_MAX = 80;

    private static final Splitter LINES = Splitter.on('\n').omitEmptyStrings();

    /** Logs with a repository's UUID at the start of each line; that of trust keeps the dead ones. */
    private static final Set<String> BY_UUID = Set.of(
            SharedSettings.UUID_LOG,
            SharedSettings.GROUP_LOG,
            SharedSettings.WANTED_LOG,
            SharedSettings.REQUIRED_LOG,
            "schedule.log",
            "activity.log",
            "multicast.log");

    /** Reads a file of the branch; empty if there is none. */
    interface Files {
        byte[] read(String file) throws IOException;
    }

    /** What a commit of the branch has seen. */
    static Transitions of(Repository git, ObjectId commit) throws IOException {
        try (RevWalk walk = new RevWalk(git);
                TreeWalk file = TreeWalk.forPath(
                        walk.getObjectReader(), LOG, walk.parseCommit(commit).getTree())) {
            return new Transitions(
                    file == null
                            ? Set.of()
                            : Set.copyOf(lines(walk.getObjectReader()
                                    .open(file.getObjectId(0))
                                    .getCachedBytes())));
        }
    }

    /**
     * What a commit of the branch has forgotten indeed: what all of its history names, too. For a moment git-annex's
     * own branch names what it has yet to do, and a push of that moment would bring all of it back.
     */
    static Transitions done(Repository git, ObjectId commit) throws IOException {
        Set<String> lines = new HashSet<>(of(git, commit).lines);
        try (RevWalk walk = new RevWalk(git)) {
            walk.markStart(walk.parseCommit(commit));
            ObjectId seen = null;
            for (RevCommit next = walk.next(); next != null && !lines.isEmpty(); next = walk.next()) {
                try (TreeWalk file = TreeWalk.forPath(walk.getObjectReader(), LOG, next.getTree())) {
                    if (file == null) {
                        lines.clear();
                    } else if (!file.getObjectId(0).equals(seen)) {
                        seen = file.getObjectId(0).copy();
                        lines.retainAll(lines(walk.getObjectReader().open(seen).getCachedBytes()));
                    }
                }
            }
        }
        return new Transitions(Set.copyOf(lines));
    }

    private static List<String> lines(byte[] log) {
        return LINES.splitToList(new String(log, StandardCharsets.ISO_8859_1));
    }

    Transitions and(Transitions other) {
        Set<String> all = new TreeSet<>(lines);
        all.addAll(other.lines);
        return new Transitions(all);
    }

    /** Whether all of the other's were seen. */
    boolean includes(Transitions other) {
        return lines.containsAll(other.lines);
    }

    /** A line of a kind that this program does not know how to follow. */
    Optional<String> unknown() {
        return lines.stream()
                .filter(line -> {
                    String name = line.substring(0, Math.max(0, line.indexOf(' ')));
                    return !name.equals(HISTORY) && !name.equals(DEAD);
                })
                .sorted()
                .findFirst()
                .map(line -> line.replaceAll("\\p{Cntrl}", " ").substring(0, Math.min(line.length(), LINE_MAX)));
    }

    /** The file that says so. */
    byte[] log() {
        return (String.join("\n", new TreeSet<>(lines)) + "\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The repositories of which nothing is to be kept. */
    Set<String> dead(Files files) throws IOException {
        Set<String> dead = new HashSet<>();
        if (lines.stream().anyMatch(line -> line.startsWith(DEAD))) {
            LogLines.newest(files.read(SharedSettings.TRUST_LOG), LogLines.Format.UUIDS)
                    .forEach((uuid, line) -> {
                        if (line.value().equals(String.valueOf(Trust.DEAD.letter()))) {
                            dead.add(uuid);
                        }
                    });
        }
        return dead;
    }

    /** The file without what it says of those; empty if that is what it is already. */
    static Optional<byte[]> without(Set<String> dead, String file, byte[] log) {
        boolean location = file.contains("/") && file.endsWith(".log");
        if (dead.isEmpty() || (!location && !BY_UUID.contains(file))) {
            return Optional.empty();
        }
        StringBuilder kept = new StringBuilder();
        for (String line : lines(log)) {
            String uuid = location
                    ? line.substring(line.lastIndexOf(' ') + 1)
                    : line.substring(0, line.indexOf(' ') < 0 ? line.length() : line.indexOf(' '));
            if (!dead.contains(uuid)) {
                kept.append(line).append('\n');
            }
        }
        return kept.length() == log.length
                ? Optional.empty()
                : Optional.of(kept.toString().getBytes(StandardCharsets.ISO_8859_1));
    }
}
