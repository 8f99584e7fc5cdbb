package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.util.Locale;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.ObjectChecker;

/** Refuses paths that a hostile tree could use to reach outside the folder, or into {@code .git}. */
final class SafePath {
    private static final ObjectChecker CHECKER = new ObjectChecker().setSafeForMacOS(true);

    private SafePath() {}

    static void check(String path) throws IOException {
        try {
            CHECKER.checkPath(path);
        } catch (CorruptObjectException unsafe) {
            throw new IOException("a received commit names the path '" + path + "', which is not allowed", unsafe);
        }
        for (int start = 0; start <= path.length(); ) {
            int slash = path.indexOf('/', start);
            String name = path.substring(start, slash < 0 ? path.length() : slash);
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.equals(".git") || lower.equals("git~1") || name.equals("..") || name.startsWith(Scan.TEMPORARY)) {
                throw new IOException("a received commit names the path '" + path + "', which is not allowed");
            }
            if (slash < 0) {
                break;
            }
            start = slash + 1;
        }
    }
}
