package dev.tandem.assistant;

import dev.tandem.gitsync.annex.AnnexBranch;
import dev.tandem.gitsync.annex.AnnexFilter;
import dev.tandem.gitsync.annex.ContentStore;
import dev.tandem.gitsync.annex.FilterProcess;
import dev.tandem.gitsync.annex.IndexedKeys;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.LargeFiles;
import dev.tandem.gitsync.annex.Presence;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/**
 * {@code tandem annex-filter}: what git runs where git-annex is not installed, to put large files beside git and to
 * bring them back. Not for users, so not in the help.
 */
final class AnnexFilterCommand {
    /** The word on the command line. */
    static final String NAME = "annex-filter";

    private AnnexFilterCommand() {}

    /** How git has to call it; empty if this process does not know how it was started. */
    static String commandLine() {
        String launcher = System.getProperty("tandem.launcher", "");
        return launcher.isEmpty() ? "" : "'" + launcher.replace("'", "'\\''") + "' " + NAME;
    }

    /** Serves the git that has started this process, until it is done. */
    static void run(InputStream in, OutputStream out) throws IOException {
        try (Repository git = new FileRepositoryBuilder()
                .readEnvironment()
                .findGitDir(new File(".").getAbsoluteFile())
                .build()) {
            AnnexBranch branch = new AnnexBranch(git, InstantSource.system());
            Map<Key, Presence> stored = new LinkedHashMap<>();
            AnnexFilter filter = new AnnexFilter(
                    git,
                    new ContentStore(git),
                    new LargeFiles(git, branch),
                    new IndexedKeys(git),
                    key -> stored.put(key, Presence.PRESENT),
                    key -> stored.put(key, Presence.MISSING));
            new FilterProcess(filter, git.getWorkTree().toPath(), in, out).run();
            String uuid = git.getConfig().getString("annex", null, "uuid");
            if (uuid != null) {
                branch.record(UUID.fromString(uuid), stored);
            }
        }
    }
}
