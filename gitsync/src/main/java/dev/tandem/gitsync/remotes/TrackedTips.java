package dev.tandem.gitsync.remotes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;

/**
 * What a remote held when it was last fetched from: {@code refs/remotes/N/…}, by the names that the remote gives them,
 * without {@code refs/heads/}. What others have left there under their own UUID ({@code refs/synced/UUID/…}) is below
 * {@link #TAGGED}.
 *
 * @param branch of the folder
 */
record TrackedTips(String branch, Map<String, ObjectId> all) {
    static final String TAGGED = "tagged/";
    static final String SYNCED = "synced/";
    static final String ANNEX = "git-annex";

    static TrackedTips of(Repository git, String remote, String branch) throws IOException {
        Map<String, ObjectId> all = new TreeMap<>();
        String prefix = GitRemotes.tracking(remote);
        for (Ref ref : git.getRefDatabase().getRefsByPrefix(prefix)) {
            String name = ref.getName().substring(prefix.length());
            if (concerns(name, branch) && !ref.isSymbolic() && ref.getObjectId() != null) {
                all.put(name, ref.getObjectId());
            }
        }
        return new TrackedTips(branch, all);
    }

    /** Whether a ref is one that is synced. */
    static boolean concerns(String name, String branch) {
        boolean tagged = name.startsWith(TAGGED) && (name.endsWith("/" + branch) || name.endsWith("/" + ANNEX));
        return tagged || plain(branch).contains(name) || plain(ANNEX).contains(name);
    }

    private static List<String> plain(String branch) {
        return List.of(branch, SYNCED + branch);
    }

    /** The heads to merge. */
    List<ObjectId> heads() {
        return tips(branch);
    }

    /** The tips of {@code git-annex} to merge. */
    List<ObjectId> annex() {
        return tips(ANNEX);
    }

    private List<ObjectId> tips(String of) {
        List<ObjectId> tips = new ArrayList<>(shared(of));
        all.forEach((name, tip) -> {
            if (name.startsWith(TAGGED) && name.endsWith("/" + of)) {
                tips.add(tip);
            }
        });
        return tips;
    }

    /** What everybody pushes to: a push must descend from these. */
    List<ObjectId> shared(String of) {
        List<ObjectId> tips = new ArrayList<>();
        for (String name : plain(of)) {
            ObjectId tip = all.get(name);
            if (tip != null) {
                tips.add(tip);
            }
        }
        return tips;
    }
}
