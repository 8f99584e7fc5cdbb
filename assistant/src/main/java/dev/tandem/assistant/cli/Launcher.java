package dev.tandem.assistant.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What the command line cannot do over the API: run things in this very process. */
public interface Launcher {
    /** Runs a daemon until it is stopped; returns the exit code. */
    int daemon(Optional<Path> home, Map<String, String> environment, PrintWriter out, PrintWriter err);

    /** Runs the tour; returns the exit code. */
    int demo(boolean keep, PrintWriter out, PrintWriter err);

    /** The command line that starts a daemon on a home in another process. */
    ProcessBuilder newDaemon(Path home) throws IOException;

    /** The program's version. */
    String version();
}
