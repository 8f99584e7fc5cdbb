package dev.tandem.assistant.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bodies of requests and answers that are no record of {@link Actions} or {@link Status}. */
final class Requests {
    private Requests() {}

    record AddFolder(String path, @Nullable String name) {}

    record Named(@Nullable String folder) {}

    record Numbered(@Nullable Long id) {}

    record Queue(List<Actions.Wish> commands) {}

    record Await(Actions.Offer offer, int timeoutSeconds) {}

    record Drawn(Actions.@Nullable Offer offer) {}

    /** {@code margin} in modules; {@code rows} as of {@link QrModules}. */
    record Qr(int margin, List<String> rows) {}

    record Join(String jid, String code, @Nullable String directory) {}

    record Sync(@Nullable String folder, int timeoutSeconds) {}

    record Get(List<String> paths, int timeoutSeconds) {}

    record Drop(List<String> paths, boolean force) {}

    record Paths(List<String> paths) {}

    record Doctor(@Nullable String folder, boolean repair) {}

    record History(String path) {}

    record Versions(List<Actions.Version> versions) {}

    record Restore(String path, String at, @Nullable String to) {}

    record Peers(List<Actions.Device> devices) {}

    record Rename(String device, String name) {}

    record AddRemote(String folder, String name, String url) {}

    record Remotes(List<Status.Remote> remotes) {}

    record Contents(List<Actions.Content> files) {}

    record Places(List<Actions.Whereis> files) {}

    record Failure(String kind, String line) {}

    record Version(String version) {}

    /** The answer of an action that has nothing to say. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Done(boolean done) {}

    record Syncs(List<Actions.Synced> folders) {}
}
