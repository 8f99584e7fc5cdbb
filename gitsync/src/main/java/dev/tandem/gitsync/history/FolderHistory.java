package dev.tandem.gitsync.history;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevSort;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * The history of a folder: its commits, newest first, each with what it changed. A merge that only brings together what
 * other commits changed is none of them.
 */
public final class FolderHistory {
    /** How far one question looks; a page that ends there says so, and the next goes on. */
    private static final int COMMITS_MAX = 5_000;

    /**
     * One commit.
     *
     * @param by who made it; Tandem's own commits bear the device's name
     * @param automatic whether Tandem made it, to merge what two devices did
     * @param files how many it changed; at most {@link Changes#COUNTED_MAX} are counted
     * @param some the first of them
     */
    public record Step(
            ObjectId commit,
            Optional<ObjectId> parent,
            Instant time,
            String by,
            String message,
            boolean automatic,
            int files,
            List<PathChange> some) {}

    /**
     * Some commits.
     *
     * @param next where to go on from; empty at the beginning of history
     */
    public record Page(List<Step> steps, OptionalInt next) {}

    /**
     * A file that is no more.
     *
     * @param commit that deleted it
     * @param last the commit of which it can be restored
     */
    public record Deleted(String path, ObjectId commit, ObjectId last, Instant time, String by) {}

    /**
     * Files that are no more.
     *
     * @param complete whether these are all that history knows
     */
    public record DeletedFiles(List<Deleted> files, boolean complete) {}

    /** A name in a directory. */
    public record Named(String name, boolean isDirectory) {}

    private final Repository git;

    public FolderHistory(Repository git) {
        this.git = git;
    }

    /**
     * A page of what {@code head} contains.
     *
     * @param from 0, or the {@code next} of the page before with the same head
     * @param most steps, each naming as many as {@code paths}
     */
    public Page page(ObjectId head, int from, int most, int paths) throws IOException {
        List<Step> steps = new ArrayList<>();
        try (RevWalk walk = newestFirst(git, head)) {
            Changes changes = new Changes(walk.getObjectReader());
            int at = 0;
            for (RevCommit commit = walk.next(); commit != null; commit = walk.next(), at++) {
                if (at < from) {
                    continue;
                }
                if (steps.size() == most || at - from >= COMMITS_MAX) {
                    return new Page(List.copyOf(steps), OptionalInt.of(at));
                }
                Step step = step(commit, changes, walk, paths);
                if (step.files > 0) {
                    steps.add(step);
                }
            }
        }
        return new Page(List.copyOf(steps), OptionalInt.empty());
    }

    /** One commit, naming as many paths as given. */
    public Step step(ObjectId commit, int paths) throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            return step(walk.parseCommit(commit), new Changes(walk.getObjectReader()), walk, paths);
        }
    }

    private static Step step(RevCommit commit, Changes changes, RevWalk walk, int paths) throws IOException {
        walk.parseBody(commit);
        List<PathChange> all = changes.of(commit, walk);
        return new Step(
                commit.copy(),
                commit.getParentCount() == 0
                        ? Optional.empty()
                        : Optional.of(commit.getParent(0).copy()),
                Instant.ofEpochSecond(commit.getCommitTime()),
                by(commit),
                commit.getShortMessage(),
                AutomaticMerges.isOne(commit),
                all.size(),
                List.copyOf(all.subList(0, Math.min(paths, all.size()))));
    }

    /** The files that were deleted and are not there again, those deleted last first. */
    public DeletedFiles deleted(ObjectId head, int most) throws IOException {
        Map<String, Deleted> gone = new LinkedHashMap<>();
        try (RevWalk walk = newestFirst(git, head)) {
            Changes changes = new Changes(walk.getObjectReader());
            RevCommit now = walk.parseCommit(head);
            int looked = 0;
            for (RevCommit commit = walk.next(); commit != null; commit = walk.next()) {
                if (looked++ == COMMITS_MAX) {
                    return new DeletedFiles(List.copyOf(gone.values()), false);
                }
                for (PathChange change :
                        commit.getParentCount() == 1 ? changes.of(commit, walk) : List.<PathChange>of()) {
                    boolean there = change.kind() != PathChange.Kind.DELETED
                            || gone.containsKey(change.path())
                            || Blob.at(walk.getObjectReader(), now.getTree(), change.path())
                                    .isPresent();
                    if (!there && gone.size() == most) {
                        return new DeletedFiles(List.copyOf(gone.values()), false);
                    }
                    if (!there) {
                        walk.parseBody(commit);
                        gone.put(change.path(), deleted(change.path(), commit));
                    }
                }
            }
        }
        return new DeletedFiles(List.copyOf(gone.values()), true);
    }

    private static Deleted deleted(String path, RevCommit commit) {
        return new Deleted(
                path,
                commit.copy(),
                commit.getParent(0).copy(),
                Instant.ofEpochSecond(commit.getCommitTime()),
                by(commit));
    }

    /** The names in a directory of a commit, "" being the top; none if there is no such directory. */
    public List<Named> directory(ObjectId commit, String path, int most) throws IOException {
        List<Named> names = new ArrayList<>();
        try (RevWalk commits = new RevWalk(git);
                TreeWalk walk = new TreeWalk(commits.getObjectReader())) {
            ObjectId tree = commits.parseCommit(commit).getTree();
            if (!path.isEmpty()) {
                try (TreeWalk at = TreeWalk.forPath(commits.getObjectReader(), path, tree)) {
                    if (at == null || !at.isSubtree()) {
                        return List.of();
                    }
                    tree = at.getObjectId(0);
                }
            }
            walk.addTree(tree);
            while (names.size() < most && walk.next()) {
                names.add(new Named(walk.getNameString(), walk.isSubtree()));
            }
        }
        return List.copyOf(names);
    }

    static RevWalk newestFirst(Repository git, ObjectId head) throws IOException {
        RevWalk walk = new RevWalk(git);
        walk.sort(RevSort.COMMIT_TIME_DESC); // not by topology: that would read all of history for the first page
        walk.markStart(walk.parseCommit(head));
        return walk;
    }

    static String by(RevCommit commit) {
        PersonIdent author = commit.getAuthorIdent();
        return author == null ? "" : author.getName();
    }
}
