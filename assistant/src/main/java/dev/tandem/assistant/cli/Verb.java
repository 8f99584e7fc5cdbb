package dev.tandem.assistant.cli;

import dev.tandem.assistant.api.Home;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** One command: what it is called with, and what it does. */
abstract class Verb implements Callable<Integer> {
    /** What the daemon answers from memory, or nearly so. */
    static final Duration QUICK = Duration.ofSeconds(30);

    /** What may take as long as a large folder or a slow network takes. */
    static final Duration PATIENT = Duration.ofHours(12);

    @Spec
    private @Nullable CommandSpec spec;

    /** Does it, and gives the exit code. */
    abstract int run() throws IOException, CommandFailed;

    @Override
    public final Integer call() throws IOException, CommandFailed {
        return run();
    }

    CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("not parsed");
        }
        return spec;
    }

    Root root() {
        return (Root) spec().root().userObject();
    }

    Home home() {
        return root().home();
    }

    Client daemon() throws IOException, CommandFailed {
        return Client.connect(home());
    }

    PrintWriter out() {
        return spec().commandLine().getOut();
    }

    void say(String line) {
        out().println(line);
    }

    /** Prints the daemon's own bytes, as {@code --json} promises. */
    void print(byte[] json) {
        out().println(new String(json, StandardCharsets.UTF_8));
    }

    ParameterException usage(String line) {
        return new ParameterException(spec().commandLine(), line);
    }
}
