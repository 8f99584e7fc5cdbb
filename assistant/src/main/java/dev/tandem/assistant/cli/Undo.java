package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "undo",
        description = "Bring back what a deletion of most of a folder, which Tandem holds, has taken away.",
        footer = {
            "",
            "Files that have vanished here come back as they were last recorded; files that were deleted on another device",
            "stay here and come back there. tandem confirm says that the deletion is meant."
        })
final class Undo extends Verb {
    @Parameters(paramLabel = "NAME", description = "The folder.")
    private String name = "";

    @Override
    int run() throws IOException, CommandFailed {
        daemon().post("/api/undo", Map.of("folder", name), QUICK);
        if (!root().json()) {
            say("the files come back, on all devices");
        }
        return Exit.DONE.code();
    }
}
