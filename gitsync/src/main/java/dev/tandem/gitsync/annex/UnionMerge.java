package dev.tandem.gitsync.annex;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/**
 * Commits of the {@code git-annex} branch in, one out: of each file the lines of all. Writes objects, moves no ref.
 *
 * <p>Two repositories that merge the same commits end with the same one. A commit is made only for lines that no head
 * has together; where two heads have the same lines, the lower id is taken, so that merges end: the lines can only
 * become more, and then the id can only become lower.
 */
final class UnionMerge {
    private final Repository git;

    UnionMerge(Repository git) {
        this.git = git;
    }

    /** Heads in, one commit out, whatever the order in which they are given. */
    ObjectId merge(Collection<ObjectId> heads) throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            List<RevCommit> commits = new ArrayList<>();
            for (ObjectId head : new LinkedHashSet<>(heads)) {
                commits.add(walk.parseCommit(head));
            }
            commits.sort(
                    Comparator.<RevCommit>comparingInt(RevCommit::getCommitTime).thenComparing(RevCommit::name));
            RevCommit merged = commits.get(0);
            for (RevCommit next : commits.subList(1, commits.size())) {
                merged = mergeTwo(merged, next, walk);
            }
            return merged.copy();
        }
    }

    private RevCommit mergeTwo(RevCommit one, RevCommit two, RevWalk walk) throws IOException {
        if (walk.isMergedInto(two, one)) {
            return one;
        }
        if (walk.isMergedInto(one, two)) {
            return two;
        }
        if (one.getTree().equals(two.getTree())) {
            return one.compareTo(two) < 0 ? one : two;
        }
        Map<String, ObjectId[]> differing = differing(one.getTree(), two.getTree());
        try (DurableInserter objects = new DurableInserter(git, differing.size())) {
            ObjectId tree = united(one.getTree(), differing, objects);
            if (tree.equals(one.getTree()) || tree.equals(two.getTree())) {
                return tree.equals(one.getTree()) ? one : two;
            }
            Instant time = Instant.ofEpochSecond(Math.max(one.getCommitTime(), two.getCommitTime()));
            ObjectId id = objects.commit(commitOf(tree, List.of(one, two), time, "union merge in git-annex"));
            objects.flush();
            return walk.parseCommit(id);
        }
    }

    /**
     * A commit whose history was forgotten: what it says, and what {@code onto} says, with no other parent.
     *
     * @param onto a commit that has seen all transitions; null if none has
     */
    ObjectId transition(ObjectId old, @Nullable ObjectId onto, Transitions transitions) throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            RevCommit from = walk.parseCommit(old);
            RevCommit to = onto == null ? null : walk.parseCommit(onto);
            Map<String, ObjectId[]> differing = differing(to == null ? null : to.getTree(), from.getTree());
            try (DurableInserter objects = new DurableInserter(git, differing.size())) {
                Set<String> dead = transitions.dead(file -> {
                    ObjectId[] both = differing.get(file);
                    return both == null
                            ? blob(walk.getObjectReader(), from.getTree(), file)
                            : LogLines.union(read(objects.reader(), both[0]), read(objects.reader(), both[1]));
                });
                for (Map.Entry<String, ObjectId[]> file : differing.entrySet()) {
                    ObjectId theirs = file.getValue()[1];
                    Optional<byte[]> rest = theirs.equals(ObjectId.zeroId())
                            ? Optional.empty()
                            : Transitions.without(dead, file.getKey(), read(objects.reader(), theirs));
                    if (rest.isPresent()) {
                        file.getValue()[1] = rest.get().length == 0 ? ObjectId.zeroId() : objects.blob(rest.get());
                    }
                }
                differing
                        .values()
                        .removeIf(both -> both[0].equals(ObjectId.zeroId()) && both[1].equals(ObjectId.zeroId()));
                differing.put(Transitions.LOG, new ObjectId[] {objects.blob(transitions.log()), ObjectId.zeroId()});
                ObjectId tree = united(to == null ? null : to.getTree(), differing, objects);
                int seconds = Math.max(from.getCommitTime(), to == null ? 0 : to.getCommitTime());
                List<ObjectId> parents = to == null ? List.of() : List.of(to);
                ObjectId id = to != null && tree.equals(to.getTree())
                        ? to.copy()
                        : objects.commit(
                                commitOf(tree, parents, Instant.ofEpochSecond(seconds), "new branch for transition"));
                objects.flush();
                return id;
            }
        }
    }

    private static byte[] blob(ObjectReader reader, ObjectId tree, String path) throws IOException {
        try (TreeWalk file = TreeWalk.forPath(reader, path, tree)) {
            return file == null ? new byte[0] : read(reader, file.getObjectId(0));
        }
    }

    private static byte[] read(ObjectReader reader, ObjectId blob) throws IOException {
        return blob.equals(ObjectId.zeroId()) ? new byte[0] : reader.open(blob).getCachedBytes();
    }

    private static ObjectId united(@Nullable ObjectId tree, Map<String, ObjectId[]> differing, DurableInserter objects)
            throws IOException {
        Map<String, ObjectId> united = new LinkedHashMap<>();
        for (Map.Entry<String, ObjectId[]> file : differing.entrySet()) {
            united.put(file.getKey(), unite(file.getValue()[0], file.getValue()[1], objects));
        }
        return new TreePatch(objects).apply(tree, united);
    }

    /** Both versions of each file that the two do not have alike; the zero id where one has none. */
    private Map<String, ObjectId[]> differing(@Nullable ObjectId one, ObjectId two) throws IOException {
        Map<String, ObjectId[]> differing = new LinkedHashMap<>();
        try (TreeWalk both = new TreeWalk(git)) {
            if (one == null) {
                both.addTree(new EmptyTreeIterator());
            } else {
                both.addTree(one);
            }
            both.addTree(two);
            both.setRecursive(true);
            both.setFilter(TreeFilter.ANY_DIFF);
            while (both.next()) {
                differing.put(both.getPathString(), new ObjectId[] {both.getObjectId(0), both.getObjectId(1)});
            }
        }
        return differing;
    }

    private static ObjectId unite(ObjectId one, ObjectId two, DurableInserter objects) throws IOException {
        if (one.equals(ObjectId.zeroId())) {
            return two;
        }
        if (two.equals(ObjectId.zeroId())) {
            return one;
        }
        return objects.blob(LogLines.union(read(objects.reader(), one), read(objects.reader(), two)));
    }

    static CommitBuilder commitOf(ObjectId tree, List<? extends ObjectId> parents, Instant time, String message) {
        CommitBuilder commit = new CommitBuilder();
        PersonIdent ident = new PersonIdent("Tandem", "tandem@localhost", time, ZoneOffset.UTC);
        commit.setTreeId(tree);
        commit.setParentIds(List.copyOf(parents));
        commit.setAuthor(ident);
        commit.setCommitter(ident);
        commit.setEncoding(StandardCharsets.UTF_8);
        commit.setMessage(message);
        return commit;
    }
}
