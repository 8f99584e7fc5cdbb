package dev.tandem.gitsync.merge;

import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/** What one name in a git tree stands for. */
record Entry(FileMode mode, ObjectId id) {

    static boolean isTree(@Nullable Entry entry) {
        return entry != null && FileMode.TREE.equals(entry.mode);
    }

    /** True of a plain file, executable or not. */
    static boolean isFile(@Nullable Entry entry) {
        return entry != null
                && (FileMode.REGULAR_FILE.equals(entry.mode) || FileMode.EXECUTABLE_FILE.equals(entry.mode));
    }

    boolean isExecutable() {
        return FileMode.EXECUTABLE_FILE.equals(mode);
    }

    boolean isSymlink() {
        return FileMode.SYMLINK.equals(mode);
    }

    boolean isNestedRepository() {
        return FileMode.GITLINK.equals(mode);
    }
}
