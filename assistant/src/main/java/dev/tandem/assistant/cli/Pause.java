package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "pause", description = "Stop syncing until resumed.")
final class Pause extends Verb {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The folder (default: all).")
    private @Nullable String name;

    @Override
    int run() throws IOException, CommandFailed {
        daemon().post("/api/pause", name == null ? Map.of() : Map.of("folder", name), QUICK);
        if (!root().json()) {
            say("paused " + (name == null ? "all folders" : name) + ": edits are kept here until tandem resume");
        }
        return Exit.DONE.code();
    }
}
