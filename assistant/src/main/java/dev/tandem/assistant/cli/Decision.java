package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Parameters;

/** What the user says about a deletion of most of a folder that Tandem holds. */
abstract class Decision extends Verb {
    private final String address;
    private final String done;

    @Parameters(paramLabel = "NAME", description = "The folder.")
    private String name = "";

    Decision(String address, String done) {
        this.address = address;
        this.done = done;
    }

    @Override
    final int run() throws IOException, CommandFailed {
        daemon().post(address, Map.of("folder", name), QUICK);
        if (!root().json()) {
            say(done);
        }
        return Exit.DONE.code();
    }
}
