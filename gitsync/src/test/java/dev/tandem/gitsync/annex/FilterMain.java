package dev.tandem.gitsync.annex;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/** What {@code tandem annex-filter} does, for tests with the real git. */
final class FilterMain {
    private FilterMain() {}

    /** Serves the git that has started this in its work tree. */
    public static void main(String[] arguments) throws IOException {
        PrintStream toGit = System.out;
        System.setOut(System.err); // a line of a log would break what git reads
        try (Repository git = new FileRepositoryBuilder()
                .findGitDir(Path.of(".").toAbsolutePath().toFile())
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
            new FilterProcess(filter, git.getWorkTree().toPath(), System.in, toGit).run();
            branch.record(UUID.fromString(git.getConfig().getString("annex", null, "uuid")), stored);
        }
    }
}
