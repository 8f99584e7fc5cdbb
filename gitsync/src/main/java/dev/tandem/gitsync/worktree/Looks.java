package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Looks at paths of a folder without ever leaving it through a symbolic link. Remembers which directories are real:
 * make a new one for each job. Not thread-safe.
 */
final class Looks {
    private final Path root;
    private final Map<String, Boolean> real = new HashMap<>();

    Looks(Path root) {
        this.root = root;
    }

    /** What is at that path; empty if nothing is, or only beyond a link. */
    Optional<FileState> at(String path) throws IOException {
        return isInside(path) ? FileState.of(root.resolve(path)) : Optional.empty();
    }

    /** Whether every directory on the way to that path is there and is no link. */
    boolean isInside(String path) {
        int slash = path.lastIndexOf('/');
        if (slash < 0) {
            return true;
        }
        String directory = path.substring(0, slash);
        Boolean known = real.get(directory);
        if (known == null) {
            known = isInside(directory) && Files.isDirectory(root.resolve(directory), LinkOption.NOFOLLOW_LINKS);
            real.put(directory, known);
        }
        return known;
    }

    /** Forgets what is known of directories: some were made or removed. */
    void forget() {
        real.clear();
    }
}
