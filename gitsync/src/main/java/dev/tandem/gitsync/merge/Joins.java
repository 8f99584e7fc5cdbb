package dev.tandem.gitsync.merge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;
import org.jspecify.annotations.Nullable;

/**
 * Merges two commits into a third, of which all comes from the two: whoever merges them gets the same, bit for bit.
 *
 * <p>Several merge bases are merged into a virtual one first, as git does; no base at all means the empty tree.
 */
final class Joins {
    /** Criss-cross histories can have ever more bases; beyond this the first alone serves, on all devices alike. */
    private static final int BASES_MAX = 64;
    /** Conflicts named in a commit message; the rest can be seen in the tree. */
    private static final int CONFLICTS_NAMED_MAX = 20;

    private static final Comparator<RevCommit> CANONICAL =
            Comparator.comparingInt(RevCommit::getCommitTime).thenComparing(c -> c, AnyObjectId::compareTo);

    /** A merge commit, and the paths of which both versions were kept. */
    record Joined(RevCommit commit, List<ConvergentMerge.Conflict> conflicts) {}

    private final ObjectInserter inserter;
    private final ObjectReader reader;
    private final RevWalk walk;
    private final Map<Set<ObjectId>, Joined> made = new HashMap<>();
    private int bases;

    Joins(ObjectInserter inserter, ObjectReader reader, RevWalk walk) {
        this.inserter = inserter;
        this.reader = reader;
        this.walk = walk;
    }

    /** Those that no other one contains, in canonical order: by commit time, then by id. */
    List<RevCommit> independent(Collection<RevCommit> commits) throws IOException {
        List<RevCommit> kept = new ArrayList<>();
        for (RevCommit commit : commits) {
            if (!isInAnother(commit, commits)) {
                kept.add(commit);
            }
        }
        kept.sort(CANONICAL);
        return kept;
    }

    /** Asked pair by pair: such a walk ends at the merge base, one for all of them at once goes through all history. */
    private boolean isInAnother(RevCommit commit, Collection<RevCommit> all) throws IOException {
        for (RevCommit other : all) {
            if (!other.equals(commit) && walk.isMergedInto(commit, other)) {
                return true;
            }
        }
        return false;
    }

    /** The merge of two commits of which neither contains the other; made once, however often it is asked for. */
    Joined join(RevCommit a, RevCommit b) throws IOException {
        Joined known = made.get(Set.<ObjectId>of(a, b));
        if (known != null) {
            return known;
        }
        RevCommit one = CANONICAL.compare(a, b) < 0 ? a : b;
        RevCommit two = one.equals(a) ? b : a;
        NewObjects objects = new NewObjects(reader);
        bases = 0;
        TreeMerge trees = new TreeMerge(objects);
        ObjectId tree = trees.merge(base(one, two, objects), one.getTree(), two.getTree());
        objects.save(tree, inserter);
        CommitBuilder commit = commit(one, two, tree, message(one, two, trees.conflicts()));
        Joined joined = new Joined(walk.parseCommit(inserter.insert(commit)), List.copyOf(trees.conflicts()));
        made.put(Set.<ObjectId>of(a, b), joined);
        return joined;
    }

    /**
     * Whether a commit says of itself that it is a merge made here; whether that is true only making it again tells.
     */
    static boolean claimsToBeOne(RevCommit commit) {
        return commit.getParentCount() == 2
                && commit.getFullMessage().startsWith(title(commit.getParent(0), commit.getParent(1)));
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

    private static String title(RevCommit one, RevCommit two) {
        return "Merge " + one.name().substring(0, 10) + " and " + two.name().substring(0, 10) + "\n";
    }

    private static String message(RevCommit one, RevCommit two, List<ConvergentMerge.Conflict> conflicts) {
        StringBuilder text = new StringBuilder(title(one, two));
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
