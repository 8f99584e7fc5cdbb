package dev.tandem.assistant.cli;

import picocli.CommandLine.Command;

@Command(
        name = "confirm",
        description = "Say that a deletion of most of a folder, which Tandem holds, is meant.",
        footer = {
            "",
            "Tandem holds a change in which more than half of a folder of at least 20 files vanishes at once, here or on",
            "another device, and does nothing to the folder until you say so. tandem undo brings the files back."
        })
final class Confirm extends Decision {
    Confirm() {
        super(
                "/api/confirm",
                "the files are deleted here; every other device asks before it follows; their history stays");
    }
}
