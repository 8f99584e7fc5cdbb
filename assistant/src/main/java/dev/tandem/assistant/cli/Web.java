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
        if (!printOnly && !root().json() && Terminal.find().isPresent()) {
            open(daemon.dashboard());
        }
        return Exit.DONE.code();
    }

    private void open(String address) throws IOException {
        boolean mac = System.getProperty("os.name", "").startsWith("Mac");
        Map<String, String> environment = root().environment();
        if (mac || environment.containsKey("DISPLAY") || environment.containsKey("WAYLAND_DISPLAY")) {
            new ProcessBuilder(mac ? "open" : "xdg-open", address)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        }
    }
}
