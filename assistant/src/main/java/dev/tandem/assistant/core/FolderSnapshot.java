package dev.tandem.assistant.core;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a folder stands, as of one moment; safe to hand to any thread.
 *
 * @param state synced, syncing, paused or attention
 * @param reason the sentence why, or null when there is nothing to say
 * @param pendingChanges paths that are seen to have changed and are not yet in history
 * @param missingContent annexed files whose content is not here
 * @param held a deletion that waits for the user's word, or null
 */
public record FolderSnapshot(
        Tips tips,
        String state,
        @Nullable String reason,
        int pendingChanges,
        int missingContent,
        List<PeerSnapshot> peers,
        List<RemoteSnapshot> remotes,
        @Nullable HeldDeletion held) {

    /**
     * How one git remote stands.
     *
     * @param state ok, failing or unknown
     * @param lastError why it fails, or null
     */
    public record RemoteSnapshot(
            String name, String url, String state, @Nullable String lastError) {}

    /**
     * How one peer stands.
     *
     * @param carrier null while it is away
     * @param head the last known
     * @param reason the sentence why it is not in sync, or null if it is
     */
    public record PeerSnapshot(
            Client client,
            String name,
            String jid,
            boolean online,
            @Nullable String carrier,
            @Nullable String head,
            boolean desynced,
            @Nullable Instant lastSync,
            @Nullable String reason) {}
}
