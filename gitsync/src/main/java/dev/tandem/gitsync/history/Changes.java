package dev.tandem.gitsync.history;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;

/** What commits changed: of a merge, what none of its parents has so. Reads only directories that differ. */
final class Changes {
    /** Nobody counts further by eye; a first commit of a large folder has that many. */
    static final int COUNTED_MAX = 10_000;

    private final ObjectReader reader;

    Changes(ObjectReader reader) {
        this.reader = reader;
    }

    /** In the order of their paths, but for renames, which come where the old name was. */
    List<PathChange> of(RevCommit commit, RevWalk commits) throws IOException {
        List<PathChange> changes = new ArrayList<>();
        Map<ObjectId, Deque<Integer>> deleted = new HashMap<>();
        Map<ObjectId, Deque<Integer>> added = new HashMap<>();
        try (TreeWalk walk = new TreeWalk(reader)) {
            addTrees(walk, commit, commits);
            while (walk.next() && changes.size() < COUNTED_MAX) {
                if (!differsFromAll(walk)) {
                    continue;
                }
                if (walk.isSubtree()) {
                    walk.enterSubtree();
                }
                Optional<Blob> before = before(walk);
                Optional<Blob> after = Blob.of(walk, 0);
                if (before.isEmpty() && after.isEmpty()) {
                    continue;
                }
                if (before.isEmpty() || after.isEmpty()) {
                    (before.isEmpty() ? added : deleted)
                            .computeIfAbsent(
                                    before.or(() -> after).orElseThrow().id(), id -> new ArrayDeque<>())
                            .add(changes.size());
                }
                PathChange.Kind kind = before.isEmpty()
                        ? PathChange.Kind.ADDED
                        : after.isEmpty() ? PathChange.Kind.DELETED : PathChange.Kind.CHANGED;
                changes.add(new PathChange(kind, walk.getPathString(), Optional.empty()));
            }
        }
        return commit.getParentCount() == 1 ? renamed(changes, deleted, added) : changes;
    }

    /** Its own tree, then those of its parents, or an empty one. */
    static void addTrees(TreeWalk walk, RevCommit commit, RevWalk commits) throws IOException {
        walk.addTree(commit.getTree());
        for (RevCommit parent : commit.getParents()) {
            commits.parseHeaders(parent);
            walk.addTree(parent.getTree());
        }
        if (commit.getParentCount() == 0) {
            walk.addTree(new EmptyTreeIterator());
        }
    }

    static boolean differsFromAll(TreeWalk walk) {
        for (int parent = 1; parent < walk.getTreeCount(); parent++) {
            if (walk.getRawMode(0) == walk.getRawMode(parent) && walk.idEqual(0, parent)) {
                return false;
            }
        }
        return true;
    }

    private static Optional<Blob> before(TreeWalk walk) {
        for (int parent = 1; parent < walk.getTreeCount(); parent++) {
            if (walk.getRawMode(parent) != 0 && walk.getFileMode(parent) != FileMode.TREE) {
                return Blob.of(walk, parent);
            }
        }
        return Optional.empty();
    }

    /** The same content gone under one name and come under another was renamed. */
    private static List<PathChange> renamed(
            List<PathChange> changes, Map<ObjectId, Deque<Integer>> deleted, Map<ObjectId, Deque<Integer>> added) {
        List<PathChange> result = new ArrayList<>(changes);
        List<Integer> folded = new ArrayList<>();
        deleted.forEach((id, olds) -> {
            Deque<Integer> news = added.getOrDefault(id, new ArrayDeque<>());
            while (!olds.isEmpty() && !news.isEmpty()) {
                int old = olds.remove();
                int now = news.remove();
                String from = changes.get(old).path();
                result.set(
                        old,
                        new PathChange(PathChange.Kind.RENAMED, changes.get(now).path(), Optional.of(from)));
                folded.add(now);
            }
        });
        folded.stream().sorted((a, b) -> b - a).forEach(index -> result.remove((int) index));
        return result;
    }
}
