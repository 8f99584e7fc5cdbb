package dev.tandem.assistant.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bodies of API requests and answers that are not themselves {@link Actions} or {@link Status} records. */
public final class Requests {
    private Requests() {}

    /** A folder to add; the path is absolute. */
    public record AddFolder(String path, @Nullable String name) {}

    /** Something that concerns one folder, or all if null. */
    public record OneFolder(@Nullable String folder) {}

    /** An account by its JID. */
    public record OneAccount(String jid) {}

    /** Wait for an offer to be used. */
    public record Await(Actions.Offer offer, long seconds) {}

    /** Join with a code; the path is absolute, or null for the default. */
    public record Join(String jid, String code, @Nullable String path) {}

    /** Sync one folder, or all. */
    public record Sync(@Nullable String folder, long seconds) {}

    /** What syncs reached. */
    public record Synced(List<Actions.Synced> folders) {}

    /** What went wrong: {@link ActionFailed}, on its way. */
    public record Failure(String kind, String line) {}
}
