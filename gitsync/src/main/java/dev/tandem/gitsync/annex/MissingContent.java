package dev.tandem.gitsync.annex;

import java.io.IOException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;

/** What a folder's files stand for and is not here. */
public final class MissingContent {
    private MissingContent() {}

    /**
     * How many annexed files of a commit have no content here. Reads every small blob of the commit once: ask when the
     * head or the store has changed, and keep the answer.
     */
    public static int count(Repository git, ObjectId head, ContentStore store) throws IOException {
        int[] missing = new int[1];
        AnnexedFiles.of(git, head, (path, key, locked) -> missing[0] += store.has(key) ? 0 : 1);
        return missing[0];
    }
}
