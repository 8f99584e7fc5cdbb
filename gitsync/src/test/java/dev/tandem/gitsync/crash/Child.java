package dev.tandem.gitsync.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs {@link CrashMain} in a process of its own. */
final class Child {
    private static final Logger LOG = LoggerFactory.getLogger(Child.class);
    private static final long SECONDS_MAX = 120;

    /** What a process gives that ends itself as if it were killed. */
    private static final int KILLED = 137;

    private Child() {}

    /**
     * Until it is killed, or until it has done its steps.
     *
     * @param afterMillis when to kill it; negative for not at all
     * @param started whether that is counted from when it has finished what the last one left, not from its start
     * @return whether it was killed
     */
    static boolean run(
            Path root, long seed, int steps, long afterMillis, boolean started, Map<String, String> environment)
            throws IOException {
        return run(root, seed, steps, afterMillis, started, environment, List.of());
    }

    /**
     * The same.
     *
     * @param options of the virtual machine: a labelled point at which it ends itself
     */
    static boolean run(
            Path root,
            long seed,
            int steps,
            long afterMillis,
            boolean started,
            Map<String, String> environment,
            List<String> options)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Xshare:auto",
                "-Xmx128m",
                "-Duser.home=" + root,
                "-cp",
                System.getProperty("java.class.path"),
                CrashMain.class.getName()));
        command.addAll(1, options);
        command.addAll(Arrays.asList(root.toString(), String.valueOf(seed), String.valueOf(steps)));
        Path said = root.resolve("said");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(said.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            if (started && process.getInputStream().read() < 0) {
                LOG.debug("it ended before it had started");
            }
            boolean ended = process.waitFor(
                    afterMillis < 0 ? TimeUnit.SECONDS.toMillis(SECONDS_MAX) : afterMillis, TimeUnit.MILLISECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor(SECONDS_MAX, TimeUnit.SECONDS);
                if (afterMillis < 0) {
                    throw new IOException("it did not end: " + Files.readString(said));
                }
                return true;
            }
            if (process.exitValue() == KILLED && !options.isEmpty()) {
                return true;
            }
            if (process.exitValue() != 0) {
                throw new IOException("it failed: " + Files.readString(said));
            }
            return false;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
