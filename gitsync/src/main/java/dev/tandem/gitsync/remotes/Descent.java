package dev.tandem.gitsync.remotes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * Makes a push a fast-forward. A merge that Tandem made may have been left for another one of the same edits, which
 * does not descend from it; a plain remote that holds the first takes the second only as its descendant.
 *
 * <pre>
 *   remote:  m1 ─────────┐
 *                        x      x has the files of m2, and both as parents
 *   ours:    m2 ─────────┘
 * </pre>
 *
 * The caller has made sure that {@code m2} contains all that {@code m1} does. Such a commit follows from its parents
 * alone, so two devices that need it make the same one; it counts as an edit, and so is an ancestor of all that
 * follows.
 */
final class Descent {
    private static final String MESSAGE = "Keep what the git remote holds\n\nNo file is changed by this.\n";

    private Descent() {}

    /** {@code ours} if it descends from all of {@code theirs}; else a commit of the same files that does. */
    static ObjectId of(Repository git, ObjectId ours, Collection<ObjectId> theirs) throws IOException {
        try (RevWalk walk = new RevWalk(git);
                ObjectInserter inserter = git.newObjectInserter()) {
            RevCommit own = walk.parseCommit(ours);
            List<ObjectId> parents = new ArrayList<>(List.of(own.copy()));
            int seconds = own.getCommitTime();
            for (ObjectId tip : new TreeSet<>(theirs)) {
                RevCommit their = walk.parseCommit(tip);
                if (!walk.isMergedInto(their, own)) {
                    parents.add(tip);
                    seconds = Math.max(seconds, their.getCommitTime());
                }
            }
            if (parents.size() == 1) {
                return own.copy();
            }
            PersonIdent who = new PersonIdent(own.getCommitterIdent(), Instant.ofEpochSecond(seconds), ZoneOffset.UTC);
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(own.getTree());
            commit.setParentIds(parents);
            commit.setAuthor(who);
            commit.setCommitter(who);
            commit.setEncoding(StandardCharsets.UTF_8);
            commit.setMessage(MESSAGE);
            ObjectId made = inserter.insert(commit);
            inserter.flush();
            return made;
        }
    }
}
