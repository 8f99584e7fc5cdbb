package dev.tandem.gitsync.history;

import dev.tandem.gitsync.merge.ConvergentMerge;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/** The merges that Tandem has made of what several devices did, and what undoes one: for the files it combined. */
public final class AutomaticMerges {
    /** How far one question looks; the next page goes on. */
    private static final int COMMITS_MAX = 5_000;

    /** Names of devices for one side of a merge; it may itself stand for many. */
    private static final int NAMES_MAX = 8;

    /** Which of the two; the order is the merge's own, and the same on every device. */
    public enum Which {
        ONE,
        TWO
    }

    /** What was merged: the commit, when it was made, and by which devices all that only it has. */
    public record Side(ObjectId commit, Instant time, String by) {}

    /** How the file of both sides came about. */
    public enum How {
        /** A text that has both edits. */
        MERGED,
        /** Both versions, one of them under a variant's name. */
        KEPT_BOTH,
        /** One side had deleted it, the other edited it: the edit stays. */
        KEPT_EDIT,
        /** One side had renamed it: what the other did is under the new name. */
        MOVED,
        /** The version of one side. */
        TOOK_ONE
    }

    /** What the file is now, compared with the merge. */
    public enum Now {
        AS_MERGED,
        AS_ONE,
        AS_TWO,
        CHANGED
    }

    /**
     * A file that both sides had changed.
     *
     * @param path its own name
     * @param variants where else versions of it are since the merge
     * @param one whether the first side has it, so that its version can be seen
     * @param seen names what the file and its variants are now, for {@link #undo}
     */
    public record Combined(
            String path,
            How how,
            List<String> variants,
            boolean one,
            boolean two,
            boolean merged,
            Now now,
            String seen) {}

    /** Files that only one side had changed: how many, and some of them. */
    public record Taken(int files, List<String> some) {}

    /**
     * One merge.
     *
     * @param files how many files both sides had changed, of which {@code combined} has the first
     */
    public record Merge(
            ObjectId commit,
            Instant time,
            Side one,
            Side two,
            int files,
            List<Combined> combined,
            Taken fromOne,
            Taken fromTwo) {}

    /** Some merges, newest first; {@code next} as in {@link FolderHistory.Page}. */
    public record Page(List<Merge> merges, OptionalInt next) {}

    private final Repository git;

    public AutomaticMerges(Repository git) {
        this.git = git;
    }

    /** Whether a commit, its body parsed, is such a merge. */
    static boolean isOne(RevCommit commit) {
        return ConvergentMerge.claimsToBeOne(commit);
    }

    /**
     * A page of those that {@code head} contains.
     *
     * @param from 0, or the {@code next} of the page before with the same head
     * @param most merges, each naming as many files as {@code paths}
     */
    public Page page(ObjectId head, int from, int most, int paths) throws IOException {
        List<Merge> merges = new ArrayList<>();
        OptionalInt next = OptionalInt.empty();
        List<RevCommit> found = new ArrayList<>();
        try (RevWalk walk = FolderHistory.newestFirst(git, head)) {
            int at = 0;
            for (RevCommit commit = walk.next(); commit != null && next.isEmpty(); at++) {
                if (at >= from && (found.size() == most || at - from >= COMMITS_MAX)) {
                    next = OptionalInt.of(at);
                } else if (at >= from && commit.getParentCount() == 2) {
                    walk.parseBody(commit);
                    if (isOne(commit)) {
                        found.add(commit);
                    }
                }
                commit = walk.next();
            }
        }
        for (RevCommit commit : found) {
            merges.add(one(head, commit, paths));
        }
        return new Page(List.copyOf(merges), next);
    }

    /** One merge, naming as many files as {@code paths}; empty if that commit is none, or not in {@code head}. */
    public Optional<Merge> merge(ObjectId head, ObjectId commit, int paths) throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            RevCommit merge = walk.parseCommit(commit);
            if (!isOne(merge) || !walk.isMergedInto(merge, walk.parseCommit(head))) {
                return Optional.empty();
            }
        }
        return Optional.of(one(head, commit, paths));
    }

    private Merge one(ObjectId head, ObjectId id, int paths) throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            RevCommit commit = walk.parseCommit(id);
            RevCommit one = walk.parseCommit(commit.getParent(0));
            RevCommit two = walk.parseCommit(commit.getParent(1));
            MergedFiles files = MergedFiles.of(walk, commit, one, two);
            ObjectId tree = walk.parseCommit(head).getTree();
            List<Combined> combined = new ArrayList<>();
            for (MergedFiles.File file :
                    files.both().subList(0, Math.min(paths, files.both().size()))) {
                combined.add(combined(walk.getObjectReader(), tree, file));
            }
            return new Merge(
                    commit.copy(),
                    Instant.ofEpochSecond(commit.getCommitTime()),
                    side(walk, one),
                    side(walk, two),
                    files.both().size(),
                    List.copyOf(combined),
                    files.onlyOne(),
                    files.onlyTwo());
        }
    }

    private static Side side(RevWalk walk, RevCommit tip) throws IOException {
        Set<String> names = new TreeSet<>();
        Deque<RevCommit> open = new ArrayDeque<>(List.of(tip));
        Set<RevCommit> seen = new HashSet<>(open);
        while (!open.isEmpty() && names.size() < NAMES_MAX) {
            RevCommit commit = open.remove();
            walk.parseBody(commit);
            if (!isOne(commit)) {
                names.add(FolderHistory.by(commit));
                continue;
            }
            for (RevCommit parent : commit.getParents()) {
                if (seen.add(parent)) {
                    open.add(parent);
                }
            }
        }
        return new Side(tip.copy(), Instant.ofEpochSecond(tip.getCommitTime()), String.join(", ", names));
    }

    private static Combined combined(ObjectReader reader, ObjectId head, MergedFiles.File file) throws IOException {
        Optional<Blob> now = Blob.at(reader, head, file.path());
        boolean variantsAsMerged = true;
        boolean variantsGone = true;
        StringBuilder seen = new StringBuilder(name(now));
        for (Map.Entry<String, Blob> variant : file.variants().entrySet()) {
            Optional<Blob> there = Blob.at(reader, head, variant.getKey());
            variantsAsMerged &= there.equals(Optional.of(variant.getValue()));
            variantsGone &= there.isEmpty();
            seen.append(' ').append(name(there));
        }
        Now state = now.equals(file.merged()) && variantsAsMerged
                ? Now.AS_MERGED
                : now.equals(file.one()) && variantsGone
                        ? Now.AS_ONE
                        : now.equals(file.two()) && variantsGone ? Now.AS_TWO : Now.CHANGED;
        return new Combined(
                file.path(),
                file.how(),
                List.copyOf(file.variants().keySet()),
                file.one().isPresent(),
                file.two().isPresent(),
                file.merged().isPresent(),
                state,
                seen.toString());
    }

    private static String name(Optional<Blob> blob) {
        return blob.map(one -> one.mode() + ":" + one.id().name()).orElse("-");
    }

    /**
     * Sets the files that a merge has combined back to what one side had; what only the merge or the other side had
     * stays in history.
     *
     * @param only the files to set back, each with what it was {@link Combined#seen seen} to be, however it has changed
     *     since the merge; empty for all, none of which may have changed since
     */
    public Proposal undo(ObjectId head, ObjectId merge, Which side, Optional<Map<String, String>> only, PersonIdent who)
            throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            RevCommit commit = walk.parseCommit(merge);
            RevCommit now = walk.parseCommit(head);
            if (!isOne(commit) || !walk.isMergedInto(commit, now)) {
                return new Proposal.Refused(merge.name() + " is no merge of Tandem's in this folder");
            }
            MergedFiles files = MergedFiles.of(
                    walk, commit, walk.parseCommit(commit.getParent(0)), walk.parseCommit(commit.getParent(1)));
            TreeChange change = new TreeChange();
            Set<String> left = only.map(Map::keySet).map(HashSet::new).orElseGet(HashSet::new);
            for (MergedFiles.File file : files.both()) {
                if (only.isPresent() && !left.remove(file.path())) {
                    continue;
                }
                Combined combined = combined(walk.getObjectReader(), now.getTree(), file);
                Optional<String> shown = only.map(seen -> seen.getOrDefault(file.path(), ""));
                if (shown.isPresent() ? !shown.get().equals(combined.seen) : combined.now == Now.CHANGED) {
                    return new Proposal.Refused(file.path() + " has changed since "
                            + (shown.isPresent() ? "it was shown: look at it again" : "the merge: undo it by itself"));
                }
                Optional<Blob> back = side == Which.ONE ? file.one() : file.two();
                back.ifPresentOrElse(blob -> change.put(file.path(), blob), () -> change.remove(file.path()));
                file.variants().keySet().forEach(change::remove);
            }
            if (!left.isEmpty()) {
                return new Proposal.Refused(
                        left.stream().sorted().collect(Collectors.joining(", ")) + " was not combined by that merge");
            }
            return change.commit(
                    git, head, who, "Undo the merge " + merge.name().substring(0, 10));
        }
    }

    /** All paths that {@link #undo} may touch. */
    public Set<String> paths(ObjectId merge) throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            RevCommit commit = walk.parseCommit(merge);
            if (!isOne(commit)) {
                return Set.of();
            }
            MergedFiles files = MergedFiles.of(
                    walk, commit, walk.parseCommit(commit.getParent(0)), walk.parseCommit(commit.getParent(1)));
            Set<String> paths = new TreeSet<>();
            files.both().forEach(file -> {
                paths.add(file.path());
                paths.addAll(file.variants().keySet());
            });
            return paths;
        }
    }
}
