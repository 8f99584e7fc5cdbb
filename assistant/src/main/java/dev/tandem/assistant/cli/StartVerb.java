package dev.tandem.assistant.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

@Command(name = "start", description = "Run the daemon in the background.")
final class StartVerb extends Verb {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 50;

    @Override
    void run() throws CommandFailed, IOException, InterruptedException {
        Session session = session();
        if (session.isRunning()) {
            out().println("already running");
            return;
        }
        Process daemon = root().launcher().newDaemon(session.home().directory()).start();
        for (long waited = 0; waited < PATIENCE.toMillis(); waited += LOOK_MILLIS) {
            if (daemon.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                String said = new String(daemon.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                throw new CommandFailed(
                        ExitCode.FAILED,
                        said.isEmpty()
                                ? "the daemon ended at once; see "
                                        + session.home().log()
                                : said.replaceFirst("^tandem: ", ""));
            }
            if (session.isRunning() && session.home().endpoint().orElseThrow().pid() == daemon.pid()) {
                out().println("running, pid " + daemon.pid());
                return;
            }
        }
        daemon.destroy();
        throw new CommandFailed(
                ExitCode.TIMED_OUT,
                "the daemon did not start in 30 s; see " + session.home().log());
    }
}
