package dev.tandem.assistant.cli;

import dev.tandem.assistant.api.Requests;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "resume", description = "Start syncing again: one folder, or all.")
final class ResumeVerb extends Verb {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The folder (default: all).")
    private @Nullable String name;

    @Override
    void run() throws CommandFailed {
        session().post("/api/resume", new Requests.OneFolder(name), Duration.ofSeconds(30));
        out().println(json ? "{}" : "resumed " + (name == null ? "all folders" : name));
    }
}
