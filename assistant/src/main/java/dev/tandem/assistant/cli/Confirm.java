package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "confirm",
        description = "Say that a deletion of most of a folder, which Tandem holds, is meant.",
        footer = {
            "",
            "Tandem holds a change in which more than half of a folder of at least 20 files vanishes at once, here or on",
            "another device, and does nothing to the folder until you say so. tandem undo brings the files back."
        })
final class Confirm extends Verb {
    @Parameters(paramLabel = "NAME", description = "The folder.")
    private String name = "";

    @Override
    int run() throws IOException, CommandFailed {
        daemon().post("/api/confirm", Map.of("folder", name), QUICK);
        if (!root().json()) {
            say("the files are deleted here; every other device asks before it follows; their history stays");
        }
        return Exit.DONE.code();
    }
}
