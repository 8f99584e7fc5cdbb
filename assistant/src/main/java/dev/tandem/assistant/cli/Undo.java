package dev.tandem.assistant.cli;

import picocli.CommandLine.Command;

@Command(
        name = "undo",
        description = "Bring back what a deletion of most of a folder, which Tandem holds, has taken away.",
        footer = {
            "",
            "Files that have vanished here come back as they were last recorded; files that were deleted on another device",
            "stay here and come back there. tandem confirm says that the deletion is meant."
        })
final class Undo extends Decision {
    Undo() {
        super("/api/undo", "the files come back, on all devices");
    }
}
