package dev.tandem.gitsync.repo;

import java.io.IOException;

/** A directory that cannot be kept in sync as it is. The message is one line for the user, remedy included. */
public final class RepositoryException extends IOException {
    private static final long serialVersionUID = 1;

    /** What is in the way. */
    public enum Kind {
        /** Files cannot be created there. */
        NOT_WRITABLE,
        /** A repository without a working tree. */
        BARE,
        /** It lies inside another repository, or inside a {@code .git} directory. */
        INSIDE_ANOTHER,
        /** A file is where the directory should be. */
        NOT_A_DIRECTORY,
        /** There is no room for a repository. */
        DISK_FULL,
        /** There is a repository, and it cannot be read. */
        BROKEN,
        /** git-annex is told to use locks that Tandem does not take. */
        OTHER_LOCKS
    }

    private final Kind kind;

    /**
     * One line for the user.
     *
     * @param kind what is in the way
     * @param line what happened, what it means for the files, what to do
     */
    public RepositoryException(Kind kind, String line) {
        super(line);
        this.kind = kind;
    }

    /** What is in the way. */
    public Kind kind() {
        return kind;
    }
}
