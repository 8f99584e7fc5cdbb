package dev.tandem.gitsync.exchange;

import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What a push from another repository brought.
 *
 * @param head the pusher's tip of the synced branch as it is here now; empty if it never pushed one
 * @param annexTip likewise of its {@code git-annex} branch
 * @param rejections why refs were refused; empty if all were accepted
 */
public record Received(Optional<ObjectId> head, Optional<ObjectId> annexTip, List<String> rejections) {}
