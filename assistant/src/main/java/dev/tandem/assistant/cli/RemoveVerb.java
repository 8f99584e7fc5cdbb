package dev.tandem.assistant.cli;

import dev.tandem.assistant.api.Requests;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "remove", description = "Stop keeping a folder in sync; its files and history stay.")
final class RemoveVerb extends Verb {
    @Parameters(paramLabel = "NAME", description = "The folder.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String name;

    @Override
    void run() throws CommandFailed {
        session().post("/api/folder/remove", new Requests.OneFolder(name), Duration.ofSeconds(30));
        out().println(json ? "{}" : name + " is no longer synced; its files and history stay");
    }
}
