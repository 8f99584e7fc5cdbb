package dev.tandem.gitsync.merge;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;

/**
 * Makes one head of several, the same one on every device that holds them.
 *
 * <p>Heads that others contain drop out. The rest are put into one order (commit time, then id) and merged pairwise;
 * all that a merge commit says is derived from its parents. So it does not matter who merges, nor which head is "ours",
 * and after two devices have merged the same heads there is nothing left to exchange.
 */
public final class ConvergentMerge {
    private static final Comparator<RevCommit> ORDER =
            Comparator.<RevCommit>comparingInt(RevCommit::getCommitTime).thenComparing(RevCommit::name);

    /** Criss-cross histories nest their bases; real ones a few levels deep. Beyond, the oldest base must do. */
    private static final int MAX_BASE_DEPTH = 8;

    private final RevWalk walk;
    private final ObjectInserter inserter;
    private final List<Conflict> conflicts = new ArrayList<>();

    private ConvergentMerge(RevWalk walk, ObjectInserter inserter) {
        this.walk = walk;
        this.inserter = inserter;
    }

    /**
     * Merges heads; writes objects, moves no ref.
     *
     * @param heads at least one
     */
    public static Merged merge(Repository git, Collection<ObjectId> heads) throws IOException {
        try (ObjectInserter inserter = git.newObjectInserter();
                ObjectReader reader = inserter.newReader();
                RevWalk walk = new RevWalk(reader)) {
            Merged merged = new ConvergentMerge(walk, inserter).fold(heads);
            inserter.flush();
            return merged;
        }
    }

    private Merged fold(Collection<ObjectId> heads) throws IOException {
        List<RevCommit> left = independent(heads);
        RevCommit merged = left.get(0);
        for (RevCommit next : left.subList(1, left.size())) {
            merged = mergeTwo(merged, next);
        }
        return new Merged(merged.copy(), left.size() > 1, List.copyOf(conflicts));
    }

    private List<RevCommit> independent(Collection<ObjectId> heads) throws IOException {
        List<RevCommit> commits = new ArrayList<>();
        for (ObjectId head : new LinkedHashSet<>(heads)) {
            commits.add(walk.parseCommit(head));
        }
        List<RevCommit> left = new ArrayList<>();
        for (RevCommit candidate : commits) {
            boolean contained = false;
            for (RevCommit other : commits) {
                contained |= !other.equals(candidate) && walk.isMergedInto(candidate, other);
            }
            if (!contained) {
                left.add(candidate);
            }
        }
        left.sort(ORDER);
        return left;
    }

    private RevCommit mergeTwo(RevCommit one, RevCommit two) throws IOException {
        TreeMerge trees = new TreeMerge(walk.getObjectReader(), inserter, conflicts);
        ObjectId tree = trees.merge(base(bases(one, two), MAX_BASE_DEPTH), one.getTree(), two.getTree());
        PersonIdent ident = new PersonIdent(
                "Tandem",
                "tandem@localhost",
                Instant.ofEpochSecond(Math.max(one.getCommitTime(), two.getCommitTime())),
                ZoneOffset.UTC);
        CommitBuilder commit = new CommitBuilder();
        commit.setTreeId(tree);
        commit.setParentIds(one, two);
        commit.setAuthor(ident);
        commit.setCommitter(ident);
        commit.setMessage("Merge " + one.abbreviate(10).name() + " and "
                + two.abbreviate(10).name() + "\n");
        return walk.parseCommit(inserter.insert(commit));
    }

    private List<RevCommit> bases(RevCommit one, RevCommit two) throws IOException {
        walk.reset();
        walk.setRevFilter(RevFilter.MERGE_BASE);
        walk.markStart(one);
        walk.markStart(two);
        List<RevCommit> bases = new ArrayList<>();
        for (RevCommit base = walk.next(); base != null; base = walk.next()) {
            bases.add(walk.parseCommit(base));
        }
        walk.reset();
        walk.setRevFilter(RevFilter.ALL);
        bases.sort(ORDER);
        return bases;
    }

    /** One tree that stands for all bases: none for unrelated histories, a merge of them where histories cross. */
    private ObjectId base(List<RevCommit> bases, int depth) throws IOException {
        if (bases.isEmpty()) {
            return ObjectId.zeroId();
        }
        ObjectId tree = bases.get(0).getTree();
        if (depth == 0) {
            return tree;
        }
        for (RevCommit next : bases.subList(1, bases.size())) {
            ObjectId older = base(bases(bases.get(0), next), depth - 1);
            tree = new TreeMerge(walk.getObjectReader(), inserter, new ArrayList<>())
                    .merge(older, tree, next.getTree());
        }
        return tree;
    }
}
