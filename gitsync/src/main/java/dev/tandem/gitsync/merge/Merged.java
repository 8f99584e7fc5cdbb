package dev.tandem.gitsync.merge;

import java.util.List;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What several heads became.
 *
 * @param head the one head
 * @param created whether a merge commit was written, rather than one head containing all others
 * @param conflicts files of which both versions stay
 */
public record Merged(ObjectId head, boolean created, List<Conflict> conflicts) {}
