package dev.tandem.assistant.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

/** What the command line cannot do itself, as it must not see the rest of the program. */
public interface Launcher {
    /**
     * Runs the daemon until it is told to stop, by the API or a signal.
     *
     * @param home where it lives; need not exist
     * @param verbose {@code -v}: log more
     * @param out for the one line that says where it listens
     * @return the exit code
     * @throws IOException with a line for the user: exit 1
     */
    int daemon(Path home, boolean verbose, PrintWriter out) throws IOException;

    /**
     * Runs the tour.
     *
     * @param keep stay until interrupted
     * @param out for the story
     * @return the exit code
     * @throws IOException with a line for the user: exit 1
     */
    int demo(boolean keep, PrintWriter out) throws IOException;
}
