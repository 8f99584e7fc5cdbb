package dev.tandem.assistant.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code tandem status --json} prints: a contract that others script against. Fields are added, none renamed. */
public record Status(Daemon daemon, List<Account> accounts, List<Folder> folders, List<Alert> alerts) {
    /** The running daemon; {@code device} is its fingerprint. */
    public record Daemon(long pid, String version, Instant startedAt, String device, String name) {}

    /** An account; {@code state} is online, connecting, offline or refused. */
    public record Account(
            String jid, String state, @Nullable String lastError) {}

    /**
     * A folder; {@code state} is synced, syncing, paused or attention, and {@code reason} is the sentence why, null
     * when there is nothing to say.
     */
    public record Folder(
            String name,
            String path,
            String uuid,
            String branch,
            @Nullable String head,
            String state,
            @Nullable String reason,
            int pendingChanges,
            int missingContent,
            List<Peer> peers,
            List<Remote> remotes,
            List<Transfer> transfers) {}

    /**
     * The same folder on another device; {@code state} is online or offline, {@code carrier} direct, in-band or null,
     * and {@code reason} is the sentence why it is not in sync, null if it is.
     */
    public record Peer(
            String device,
            String name,
            String jid,
            String uuid,
            String state,
            @Nullable String carrier,
            @Nullable String head,
            boolean desynced,
            @Nullable Instant lastSync,
            @Nullable String reason) {}

    /** An ordinary git remote; {@code state} is ok, failing or unknown. */
    public record Remote(
            String name, String url, String state, @Nullable String lastError) {}

    /** A large file on its way; {@code direction} is get or send, {@code rate} bytes a second since it began. */
    public record Transfer(String key, String path, String peer, String direction, long bytes, long total, long rate) {}

    /**
     * Trouble that is under way, said once; {@code severity} is info, warning or error, {@code folder} the name of the
     * one it is about, null if it is about none, and {@code asks} whether it is a deletion that waits for the user's
     * word, by confirm or undo.
     */
    public record Alert(
            long id,
            String severity,
            String text,
            Instant since,
            long count,
            @Nullable String folder,
            boolean asks) {}
}
