package dev.tandem.gitsync.history;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.AndTreeFilter;
import org.eclipse.jgit.treewalk.filter.PathFilterGroup;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/** Who made some contents, and when: looked for in one walk through recent history, passing over merges. */
final class Origins {
    /** How far back; a conflict is about what was done lately. */
    private static final int COMMITS_MAX = 5_000;

    /** A content, and the paths under which it may have been made. */
    record Wanted(ObjectId blob, Set<String> paths) {}

    private Origins() {}

    static Map<Wanted, Conflicts.Origin> of(Repository git, ObjectId head, Set<Wanted> wanted) throws IOException {
        Map<Wanted, Conflicts.Origin> found = new HashMap<>();
        Set<String> paths = new HashSet<>();
        wanted.forEach(one -> paths.addAll(one.paths));
        if (paths.isEmpty()) {
            return found;
        }
        try (RevWalk commits = FolderHistory.newestFirst(git, head);
                TreeWalk walk = new TreeWalk(commits.getObjectReader())) {
            walk.setFilter(AndTreeFilter.create(PathFilterGroup.createFromStrings(paths), TreeFilter.ANY_DIFF));
            walk.setRecursive(true);
            RevCommit commit = commits.next();
            for (int looked = 0; commit != null && looked < COMMITS_MAX && found.size() < wanted.size(); looked++) {
                if (commit.getParentCount() < 2) {
                    look(commit, commits, walk, wanted, found);
                }
                commit = commits.next();
            }
        }
        return found;
    }

    private static void look(
            RevCommit commit, RevWalk commits, TreeWalk walk, Set<Wanted> wanted, Map<Wanted, Conflicts.Origin> found)
            throws IOException {
        walk.reset();
        walk.addTree(commit.getTree());
        if (commit.getParentCount() == 0) {
            walk.addTree(new EmptyTreeIterator());
        } else {
            commits.parseHeaders(commit.getParent(0));
            walk.addTree(commit.getParent(0).getTree());
        }
        while (walk.next()) {
            String path = walk.getPathString();
            ObjectId id = walk.getObjectId(0);
            for (Wanted one : wanted) {
                if (one.blob.equals(id) && one.paths.contains(path) && !found.containsKey(one)) {
                    commits.parseBody(commit);
                    Instant time = Instant.ofEpochSecond(commit.getCommitTime());
                    found.put(one, new Conflicts.Origin(commit.copy(), time, FolderHistory.by(commit)));
                }
            }
        }
    }
}
