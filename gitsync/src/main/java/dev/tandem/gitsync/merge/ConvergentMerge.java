package dev.tandem.gitsync.merge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;
import org.jspecify.annotations.Nullable;

/**
 * Joins heads so that every device that holds the same ones writes the same commit, bit for bit, and nothing is left to
 * exchange.
 *
 * <p>Heads are ordered by commit time, then id, and folded pairwise. All that goes into a merge commit comes from its
 * two parents. Several merge bases are merged into a virtual one first, as git does; no base at all means the empty
 * tree.
 *
 * <pre>
 *   a ──┬── m1 ──┬── m2        heads {a, b, c} in canonical order
 *   b ──┘        │
 *   c ───────────┘
 * </pre>
 *
 * <p>Writes objects, moves no ref. Safe on any thread; each call has readers of its own.
 */
public final class ConvergentMerge {
    /** Criss-cross histories can have ever more bases; beyond this the first alone serves, on all devices alike. */
    private static final int BASES_MAX = 64;
    /** Conflicts named in a commit message; the rest can be seen in the tree. */
    private static final int CONFLICTS_NAMED_MAX = 20;

    private static final Comparator<RevCommit> CANONICAL =
            Comparator.comparingInt(RevCommit::getCommitTime).thenComparing(c -> c, AnyObjectId::compareTo);

    /**
     * The outcome of a merge.
     *
     * @param head one commit that descends from all heads
     * @param created whether a merge commit was needed; false means that {@code head} is one of the heads
     * @param conflicts the paths of which both versions were kept
     */
    public record Merged(ObjectId head, boolean created, List<Conflict> conflicts) {}

    /** A path whose second version now lives at {@code variantPath}. */
    public record Conflict(String path, String variantPath) {}

    private final ObjectInserter inserter;
    private final ObjectReader reader;
    private final RevWalk walk;
    private int bases;

    private ConvergentMerge(ObjectInserter inserter, ObjectReader reader, RevWalk walk) {
        this.inserter = inserter;
        this.reader = reader;
        this.walk = walk;
    }

    /**
     * Merges {@code heads}, in whatever order they are given; those that others contain drop out.
     *
     * @throws IOException if an object is missing or cannot be written; nothing refers to what was written so far
     * @throws IllegalArgumentException if there is no head
     */
    public static Merged merge(Repository git, Collection<ObjectId> heads) throws IOException {
        if (heads.isEmpty()) {
            throw new IllegalArgumentException("a merge needs at least one head");
        }
        try (ObjectInserter inserter = git.newObjectInserter();
                ObjectReader reader = inserter.newReader();
                RevWalk walk = new RevWalk(reader)) {
            return new ConvergentMerge(inserter, reader, walk).fold(heads);
        }
    }

    private Merged fold(Collection<ObjectId> heads) throws IOException {
        List<RevCommit> commits = new ArrayList<>();
        for (ObjectId head : new HashSet<>(heads)) {
            commits.add(walk.parseCommit(head));
        }
        commits = independent(commits);
        List<Conflict> conflicts = new ArrayList<>();
        RevCommit merged = commits.get(0);
        for (RevCommit next : commits.subList(1, commits.size())) {
            merged = join(merged, next, conflicts);
        }
        inserter.flush();
        return new Merged(merged.copy(), commits.size() > 1, List.copyOf(conflicts));
    }

    /** Those that no other one contains, in canonical order. */
    private List<RevCommit> independent(List<RevCommit> commits) throws IOException {
        List<RevCommit> kept = new ArrayList<>();
        for (RevCommit commit : commits) {
            boolean contained = false;
            for (RevCommit other : commits) {
                contained = contained || (!other.equals(commit) && walk.isMergedInto(commit, other));
            }
            if (!contained) {
                kept.add(commit);
            }
        }
        kept.sort(CANONICAL);
        return kept;
    }

    private RevCommit join(RevCommit a, RevCommit b, List<Conflict> conflicts) throws IOException {
        RevCommit one = CANONICAL.compare(a, b) < 0 ? a : b;
        RevCommit two = one.equals(a) ? b : a;
        NewObjects objects = new NewObjects(reader);
        bases = 0;
        TreeMerge trees = new TreeMerge(objects);
        ObjectId tree = trees.merge(base(one, two, objects), one.getTree(), two.getTree());
        objects.save(tree, inserter);
        conflicts.addAll(trees.conflicts());
        CommitBuilder commit = commit(one, two, tree, message(one, two, trees.conflicts()));
        return walk.parseCommit(inserter.insert(commit));
    }

    private static CommitBuilder commit(RevCommit one, RevCommit two, ObjectId tree, String message) {
        PersonIdent parent = two.getCommitterIdent();
        Instant time = Instant.ofEpochSecond(Math.max(one.getCommitTime(), two.getCommitTime()));
        PersonIdent author = new PersonIdent(
                parent == null ? "tandem" : parent.getName(),
                parent == null ? "tandem" : parent.getEmailAddress(),
                time,
                ZoneOffset.UTC);
        CommitBuilder commit = new CommitBuilder();
        commit.setTreeId(tree);
        commit.setParentIds(one, two);
        commit.setAuthor(author);
        commit.setCommitter(author);
        commit.setEncoding(StandardCharsets.UTF_8);
        commit.setMessage(message);
        return commit;
    }

    private static String message(RevCommit one, RevCommit two, List<Conflict> conflicts) {
        StringBuilder text = new StringBuilder(
                "Merge " + one.name().substring(0, 10) + " and " + two.name().substring(0, 10) + "\n");
        conflicts.stream()
                .limit(CONFLICTS_NAMED_MAX)
                .forEach(conflict -> text.append("\nBoth versions kept: ")
                        .append(conflict.path().replace('\n', ' '))
                        .append(" and ")
                        .append(conflict.variantPath().replace('\n', ' ')));
        return conflicts.isEmpty() ? text.toString() : text.append('\n').toString();
    }

    /** The tree both sides started from; null if their histories are unrelated. */
    private @Nullable ObjectId base(RevCommit one, RevCommit two, NewObjects objects) throws IOException {
        List<RevCommit> common = mergeBases(one, two);
        if (common.isEmpty()) {
            return null;
        }
        RevCommit base = common.get(0);
        for (RevCommit next : common.subList(1, common.size())) {
            if (++bases > BASES_MAX) {
                break;
            }
            ObjectId tree = new TreeMerge(objects).merge(base(base, next, objects), base.getTree(), next.getTree());
            base = RevCommit.parse(walk, commit(base, next, tree, "virtual\n").build());
        }
        return base.getTree();
    }

    private List<RevCommit> mergeBases(RevCommit one, RevCommit two) throws IOException {
        walk.reset();
        walk.setRevFilter(RevFilter.MERGE_BASE);
        walk.markStart(one);
        walk.markStart(two);
        List<RevCommit> found = new ArrayList<>();
        for (RevCommit base = walk.next(); base != null; base = walk.next()) {
            found.add(base);
        }
        walk.reset();
        walk.setRevFilter(RevFilter.ALL);
        for (RevCommit base : found) {
            walk.parseBody(base);
        }
        // Clocks of devices differ: the walk may yield a base that another one contains.
        return independent(found);
    }
}
