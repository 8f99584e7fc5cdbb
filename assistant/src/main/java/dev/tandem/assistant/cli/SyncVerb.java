package dev.tandem.assistant.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.assistant.api.Requests;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "sync", description = "Sync now, and wait until all reachable devices hold the same.")
final class SyncVerb extends Verb {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The folder (default: all).")
    private @Nullable String name;

    @Option(
            names = "--timeout",
            paramLabel = "S",
            defaultValue = "60",
            description = "Seconds to wait (${DEFAULT-VALUE}).")
    private long timeoutSeconds;

    @Override
    void run() throws CommandFailed {
        JsonNode folders = session()
                .post(
                        "/api/sync",
                        new Requests.Sync(name, timeoutSeconds),
                        Duration.ofSeconds(timeoutSeconds).plusSeconds(15))
                .path("folders");
        if (json) {
            out().println(folders);
            return;
        }
        for (JsonNode folder : folders) {
            StringBuilder away = new StringBuilder();
            folder.path("unreachable")
                    .forEach(peer -> away.append(away.isEmpty() ? "" : ", ").append(peer.asText()));
            out().println(folder.path("folder").asText() + ": in sync with "
                    + folder.path("peers").asInt()
                    + (folder.path("peers").asInt() == 1 ? " device" : " devices")
                    + (away.isEmpty() ? "" : "; away: " + away));
        }
    }
}
