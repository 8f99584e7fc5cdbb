package dev.tandem.assistant.cli;

import dev.tandem.assistant.api.Requests;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "pause", description = "Stop syncing until resumed: one folder, or all.")
final class PauseVerb extends Verb {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The folder (default: all).")
    private @Nullable String name;

    @Override
    void run() throws CommandFailed {
        session().post("/api/pause", new Requests.OneFolder(name), Duration.ofSeconds(30));
        out().println(json ? "{}" : "paused " + (name == null ? "all folders" : name));
    }
}
