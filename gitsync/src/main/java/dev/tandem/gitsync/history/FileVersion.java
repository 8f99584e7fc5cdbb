package dev.tandem.gitsync.history;

import dev.tandem.gitsync.annex.Key;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What one commit made of a path.
 *
 * @param time of the commit
 * @param by who made it; Tandem's own commits bear the device's name
 * @param message its first line
 * @param blob what stands in git; empty if the file was deleted
 * @param mode of the file; {@link FileMode#MISSING} if it was deleted
 * @param sizeBytes of the content, -1 if that is not known
 * @param key git-annex's name of the content, if it is not in git
 */
public record FileVersion(
        ObjectId commit,
        Instant time,
        String by,
        String message,
        Optional<ObjectId> blob,
        FileMode mode,
        long sizeBytes,
        Optional<Key> key) {
    /** Whether this commit deleted the file. */
    public boolean isDeletion() {
        return blob.isEmpty();
    }
}
