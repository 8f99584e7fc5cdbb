package dev.tandem.gitsync.worktree;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.ObjectChecker;

/** Tells paths that may be written below the folder from those that would leave it or reach into {@code .git}. */
final class SafePath {
    /** How temporary files beside a checked-out file begin; never committed, removed at the next start. */
    static final String TEMP = ".tandem-tmp-";

    private SafePath() {}

    /** True if every component of this slash-separated path is an ordinary name on all systems that Tandem runs on. */
    static boolean isSafe(String path) {
        if (path.isEmpty() || path.startsWith("/") || path.endsWith("/") || path.indexOf('\0') >= 0) {
            return false;
        }
        ObjectChecker checker = new ObjectChecker().setSafeForMacOS(true);
        for (String name : path.split("/", -1)) {
            try {
                checker.checkPath(
                        name.getBytes(StandardCharsets.UTF_8), 0, name.getBytes(StandardCharsets.UTF_8).length);
            } catch (CorruptObjectException e) {
                return false;
            }
            if (isGit(name) || name.startsWith(TEMP) || (name.indexOf('\\') >= 0 && isWindows())) {
                return false;
            }
        }
        return true;
    }

    /**
     * {@code .git} in any case, and the other spellings that NTFS and HFS+ take for it: neither committed nor checked
     * out.
     */
    static boolean isGit(String name) {
        char first = name.isEmpty() ? 'x' : name.charAt(0);
        if (first != '.' && first != 'g' && first != 'G' && first < '\u200c') {
            return false; // nearly all names: spares a walk over a large tree the rest
        }
        String plain = name.toLowerCase(Locale.ROOT);
        plain = plain.replaceAll("[\\x{200c}-\\x{200f}\\x{202a}-\\x{202e}\\x{206a}-\\x{206f}\\x{feff}]", "");
        int stream = plain.indexOf(':');
        plain = (stream < 0 ? plain : plain.substring(0, stream)).replaceAll("[. ]+$", "");
        return plain.equals(".git") || plain.equals("git~1");
    }

    private static boolean isWindows() {
        return java.io.File.separatorChar == '\\';
    }
}
