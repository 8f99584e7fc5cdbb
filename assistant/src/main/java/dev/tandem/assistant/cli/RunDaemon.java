package dev.tandem.assistant.cli;

import java.io.IOException;
import picocli.CommandLine.Command;

@Command(name = "daemon", description = "Run in the foreground.")
final class RunDaemon extends Verb {
    @Override
    int run() throws IOException {
        return root().launcher().daemon(home().directory(), root().verbose(), out());
    }
}
