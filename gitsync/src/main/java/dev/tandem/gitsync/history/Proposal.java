package dev.tandem.gitsync.history;

import java.io.IOException;
import org.eclipse.jgit.lib.ObjectId;

/** What would be done to a folder's files: a commit that is to be checked out, or why there is none. */
public sealed interface Proposal {
    /**
     * A commit on top of what the folder has.
     *
     * @param id the head itself if it is like that already
     */
    record Commit(ObjectId id) implements Proposal {}

    /**
     * Nothing is to be done.
     *
     * @param why for the user
     */
    record Refused(String why) implements Proposal {}

    /** Makes one for what a folder has just then; asked again when that has changed meanwhile. */
    @FunctionalInterface
    interface Maker {
        Proposal on(ObjectId head) throws IOException;
    }
}
