package dev.tandem.gitsync.merge;

import dev.tandem.gitsync.points.Failpoint;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * Joins heads so that every device that has the same edits ends with the same commit, bit for bit, and nothing is left
 * to exchange.
 *
 * <p>What is merged are not the heads but their <em>sources</em>: a head that is itself such a merge stands for what
 * was merged in it, anything else for itself. The sources that no other one contains are ordered by commit time, then
 * id, and folded pairwise.
 *
 * <pre>
 *   a ──┬── m1 ──┬── m2        sources {a, b, c} in canonical order;
 *   b ──┘        │             the heads may have been {m1, c}, or {a ⊔ c, b}, or {m2, a}
 *   c ───────────┘
 * </pre>
 *
 * So the outcome depends on the set of edits alone, not on who merged what first: merging is associative, commutative
 * and idempotent, and there are no merges of merges. It need not descend from a head that was a merge; it always
 * descends from all sources, so nothing that anybody made is ever left out. What claims to be such a merge is made
 * again before it is believed: if that gives another commit, it counts as an edit.
 *
 * <p>Writes objects, moves no ref. Safe on any thread; each call has readers of its own.
 */
public final class ConvergentMerge {
    /** A merge of more than that, which only malice would make, counts as an edit. */
    private static final int SOURCES_MAX = 1024;

    /**
     * The outcome of a merge.
     *
     * @param head one commit that descends from the sources of all heads
     * @param created whether it is none of the heads
     * @param conflicts the paths of which both versions were kept, as far as no head had kept them before
     */
    public record Merged(ObjectId head, boolean created, List<Conflict> conflicts) {}

    /** A path whose second version now lives at {@code variantPath}. */
    public record Conflict(String path, String variantPath) {}

    private final RevWalk walk;
    private final Joins joins;
    private final Set<Conflict> conflictsOfHeads = new HashSet<>();

    private ConvergentMerge(RevWalk walk, Joins joins) {
        this.walk = walk;
        this.joins = joins;
    }

    /**
     * Merges {@code heads}, in whatever order they are given.
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
            Merged merged = new ConvergentMerge(walk, new Joins(inserter, reader, walk)).merge(heads);
            Failpoint.at("merge.written");
            inserter.flush();
            Failpoint.at("merge.objects");
            return merged;
        }
    }

    /**
     * Whether a merge with {@code other} would add nothing to {@code head}.
     *
     * @throws org.eclipse.jgit.errors.MissingObjectException if one of them is not here
     */
    public static boolean contains(Repository git, ObjectId head, ObjectId other) throws IOException {
        try (ObjectInserter inserter = git.newObjectInserter();
                ObjectReader reader = inserter.newReader();
                RevWalk walk = new RevWalk(reader)) {
            RevCommit descendant = walk.parseCommit(head);
            RevCommit ancestor = walk.parseCommit(other);
            if (walk.isMergedInto(ancestor, descendant)) {
                return true;
            }
            if (!Joins.claimsToBeOne(ancestor)) {
                return false;
            }
            for (RevCommit source : new ConvergentMerge(walk, new Joins(inserter, reader, walk)).sources(ancestor)) {
                if (!walk.isMergedInto(source, descendant)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Whether a commit, its body parsed, says of itself that it is such a merge; not whether that is true. */
    public static boolean claimsToBeOne(RevCommit commit) {
        return Joins.claimsToBeOne(commit);
    }

    private Merged merge(Collection<ObjectId> heads) throws IOException {
        Set<ObjectId> given = new HashSet<>(heads);
        Set<RevCommit> sources = new LinkedHashSet<>();
        for (ObjectId head : given) {
            sources.addAll(sources(walk.parseCommit(head)));
        }
        List<Conflict> conflicts = new ArrayList<>();
        RevCommit merged = fold(joins.independent(sources), conflicts);
        conflicts.removeAll(conflictsOfHeads);
        return new Merged(merged.copy(), !given.contains(merged.copy()), List.copyOf(conflicts));
    }

    private RevCommit fold(List<RevCommit> commits, Collection<Conflict> conflicts) throws IOException {
        RevCommit merged = commits.get(0);
        for (RevCommit next : commits.subList(1, commits.size())) {
            Joins.Joined joined = joins.join(merged, next);
            merged = joined.commit();
            conflicts.addAll(joined.conflicts());
        }
        return merged;
    }

    /** What a head stands for: what was merged in it if it is a merge of ours, else itself. */
    private Collection<RevCommit> sources(RevCommit head) throws IOException {
        Set<RevCommit> claimed = new LinkedHashSet<>();
        Deque<RevCommit> open = new ArrayDeque<>(List.of(head));
        Set<RevCommit> seen = new HashSet<>(open);
        while (!open.isEmpty()) {
            RevCommit commit = open.remove();
            walk.parseBody(commit);
            if (!Joins.claimsToBeOne(commit)) {
                claimed.add(commit);
                continue;
            }
            if (seen.size() > 2 * SOURCES_MAX) {
                return List.of(head);
            }
            for (RevCommit parent : commit.getParents()) {
                if (seen.add(parent)) {
                    open.add(parent);
                }
            }
        }
        if (claimed.contains(head)) {
            return claimed;
        }
        List<Conflict> conflicts = new ArrayList<>();
        boolean genuine = fold(joins.independent(claimed), conflicts).equals(head);
        conflictsOfHeads.addAll(conflicts);
        return genuine ? claimed : List.of(head);
    }
}
