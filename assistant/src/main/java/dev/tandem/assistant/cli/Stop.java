package dev.tandem.assistant.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;

@Command(name = "stop", description = "End the daemon.")
final class Stop extends Verb {
    /** The daemon ends all its threads within 5 s; the rest is for a slow disk. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Override
    int run() throws IOException, CommandFailed {
        Client daemon = daemon();
        Optional<ProcessHandle> process = ProcessHandle.of(daemon.pid());
        daemon.post("/api/stop", Map.of(), QUICK);
        if (process.isPresent() && !ended(process.get())) {
            throw new CommandFailed(
                    Exit.TIMED_OUT,
                    "the daemon has been asked to stop and still runs (pid " + daemon.pid() + "): see " + home().log());
        }
        if (!root().json()) {
            say("tandem stopped");
        }
        return Exit.DONE.code();
    }

    private static boolean ended(ProcessHandle process) throws IOException {
        if (process.pid() == ProcessHandle.current().pid()) {
            return true; // the daemon lives in this very process, as in the tour
        }
        try {
            process.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IOException("cannot wait for the daemon: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
