package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "resume", description = "Sync a paused folder again.")
final class Resume extends Verb {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The folder (default: all).")
    private @Nullable String name;

    @Override
    int run() throws IOException, CommandFailed {
        daemon().post("/api/resume", name == null ? Map.of() : Map.of("folder", name), QUICK);
        if (!root().json()) {
            say("resumed " + (name == null ? "all folders" : name));
        }
        return Exit.DONE.code();
    }
}
