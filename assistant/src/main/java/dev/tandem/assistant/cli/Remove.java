package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "remove", description = "Stop keeping a folder in sync; files and history stay.")
final class Remove extends Verb {
    @Parameters(paramLabel = "NAME", description = "The folder.")
    private String name = "";

    @Override
    int run() throws IOException, CommandFailed {
        daemon().delete(Client.address("/api/folders", Map.of("name", name)), QUICK);
        if (!root().json()) {
            say("no longer keeping " + name + " in sync; its files and history stay where they are");
        }
        return Exit.DONE.code();
    }
}
