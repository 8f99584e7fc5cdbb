package dev.tandem.assistant.cli;

import dev.tandem.assistant.api.Home;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands share: where the daemon is, how to print, how to end. */
abstract class Verb implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--home", paramLabel = "DIR", description = "The daemon's home (default: $TANDEM_HOME).")
    private @Nullable Path home;

    @Option(names = "--json", description = "Print data as JSON.")
    boolean json;

    @Option(names = "-v", description = "Say more.")
    boolean verbose;

    /** Does it; what it throws is printed in one line. */
    abstract void run() throws Exception;

    @Override
    public Integer call() throws Exception {
        run();
        out().flush();
        return ExitCode.DONE.number;
    }

    Tandem root() {
        return (Tandem) spec.root().userObject();
    }

    Map<String, String> environment() {
        return root().environment();
    }

    Optional<Path> askedHome() {
        return Optional.ofNullable(home).or(() -> Optional.ofNullable(root().home()));
    }

    Session session() {
        return new Session(Home.choose(askedHome(), environment()));
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }
}
