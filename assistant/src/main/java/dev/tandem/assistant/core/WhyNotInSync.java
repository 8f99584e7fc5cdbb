package dev.tandem.assistant.core;

import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** The sentence why a peer does not hold what we hold. Pure. */
final class WhyNotInSync {
    private WhyNotInSync() {}

    /** The reason that the user can do most about comes first; null if the peer is in sync. */
    static @Nullable String of(
            Peer peer, FolderState folder, boolean desynced, Pushes pushes, @Nullable String obstacle) {
        boolean equal = !desynced && peer.known.equals(folder.tips);
        if (!peer.online) {
            return offline(peer);
        }
        if (folder.paused) {
            return "this folder is paused on " + folder.device;
        }
        if (equal && peer.failure == null && peer.said != null && peer.said.coming() > 0) {
            return "is fetching large files (" + peer.said.coming() + " to come)";
        }
        if (equal && peer.failure == null) {
            return null;
        }
        if (peer.failure != null) {
            return peer.failures > 1 ? peer.failure + " (tried " + peer.failures + " times)" : peer.failure;
        }
        if (obstacle != null) {
            return "waiting on " + folder.device + ": " + obstacle;
        }
        String push = pushes.describe(peer.client);
        if (push != null) {
            return push;
        }
        if (peer.telling) {
            return "being asked what it holds";
        }
        return folder.tips.equals(peer.pushed)
                ? "has what was pushed, and has not merged it yet"
                : "differs, and is asked again from time to time";
    }

    private static String offline(Peer peer) {
        if (peer.offlineSince != null) {
            return "offline since " + peer.offlineSince.truncatedTo(ChronoUnit.SECONDS);
        }
        return peer.lastSync == null
                ? "offline, and never seen yet"
                : "offline; last in sync at " + peer.lastSync.truncatedTo(ChronoUnit.SECONDS);
    }
}
