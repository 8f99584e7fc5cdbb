package dev.tandem.assistant;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether git can call git-annex on this machine. */
final class GitAnnex {
    private GitAnnex() {}

    static boolean isInstalled() {
        String path = System.getenv("PATH");
        if (path == null) {
            return false;
        }
        for (String directory : path.split(File.pathSeparator, -1)) {
            if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, "git-annex"))) {
                return true;
            }
        }
        return false;
    }
}
