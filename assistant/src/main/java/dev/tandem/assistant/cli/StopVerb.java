package dev.tandem.assistant.cli;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;

@Command(name = "stop", description = "Stop the daemon.")
final class StopVerb extends Verb {
    private static final long PATIENCE_SECONDS = 15;

    @Override
    void run() throws CommandFailed, InterruptedException, ExecutionException {
        Session session = session();
        Optional<ProcessHandle> daemon =
                session.home().endpoint().flatMap(endpoint -> ProcessHandle.of(endpoint.pid()));
        session.post("/api/stop", Map.of(), Duration.ofSeconds(10));
        if (daemon.isPresent() && daemon.get().pid() != ProcessHandle.current().pid()) {
            try {
                daemon.get().onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException late) {
                throw new CommandFailed(
                        ExitCode.TIMED_OUT, "the daemon is still ending what it was doing; wait, or look at its log");
            }
        }
        out().println("stopped");
    }
}
