package dev.tandem.assistant.cli;

import dev.tandem.assistant.api.Home;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
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

    /** How long a daemon may take to come back: a service manager restarts it at once, a person does not. */
    private static final Duration COMES_BACK = Duration.ofSeconds(60);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

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

    /**
     * Asks for something that outlives the asking. If the daemon ends before it answers, the question is repeated under
     * the same name to the next one, which goes on with it and gives the result.
     */
    byte[] ask(String address, Map<String, ?> body, Duration patience) throws IOException, CommandFailed {
        return repeated((daemon, name) -> daemon.post(address, body, patience, name));
    }

    /** The same, of something to be removed. */
    byte[] askDelete(String address, Duration patience) throws IOException, CommandFailed {
        return repeated((daemon, name) -> daemon.delete(address, patience, name));
    }

    /** What is asked of a daemon, under a name. */
    private interface Question {
        byte[] ask(Client daemon, String name) throws IOException, CommandFailed;
    }

    private byte[] repeated(Question question) throws IOException, CommandFailed {
        String name = UUID.randomUUID().toString();
        Client daemon = daemon();
        while (true) {
            try {
                return question.ask(daemon, name);
            } catch (EOFException | SocketException ended) {
                daemon = next(daemon);
            }
        }
    }

    /** The daemon that comes after one that has ended. */
    private Client next(Client ended) throws IOException, CommandFailed {
        for (long i = 0; i < COMES_BACK.dividedBy(LOOK_AGAIN); i++) {
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            Optional<Client> found = Client.find(home());
            if (found.isPresent()
                    && found.get().pid() != ended.pid()
                    && found.get().isThere()) {
                return found.get();
            }
        }
        throw new CommandFailed(
                Exit.NOT_RUNNING,
                "the daemon ended before it answered; what you asked for is kept and goes on when it runs again: run tandem"
                        + " start");
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
