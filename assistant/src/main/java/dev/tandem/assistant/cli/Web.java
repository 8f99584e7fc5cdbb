package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "web", description = "Print (and open) the dashboard's address.")
final class Web extends Verb {
    @Option(names = "--no-open", description = "Only print it.")
    private boolean printOnly;

    @Override
    int run() throws IOException, CommandFailed {
        Client daemon = daemon();
        daemon.get("/api/status", QUICK); // an address where nothing answers is worse than none
        if (root().json()) {
            print(Json.write(Map.of("url", daemon.dashboard())));
        } else {
            say(daemon.dashboard());
        }
        if (!printOnly && !root().json() && root().screen().isTerminal()) {
            root().desktop().open(daemon.dashboard());
        }
        return Exit.DONE.code();
    }
}
