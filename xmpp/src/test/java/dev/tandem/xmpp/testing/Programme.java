package dev.tandem.xmpp.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A running process whose lines a test waits for. One thread. */
public final class Programme implements AutoCloseable {
    private static final String END = "\0end";

    private final Process process;
    private final Path log;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> seen = new ArrayList<>();

    Programme(List<String> command, Path log) throws IOException {
        this.log = log;
        process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        Thread reader = new Thread(this::readAll, "tandem-test-lines");
        reader.setDaemon(true);
        reader.start();
    }

    private void readAll() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
        } catch (IOException ended) {
            lines.add("lines ended: " + ended.getMessage());
        }
        lines.add(END);
    }

    /**
     * Waits for the next line in which the pattern is found, skipping others.
     *
     * @return the match, with its groups
     * @throws AssertionError with everything that the process printed, if no such line comes in time
     */
    public Matcher await(String pattern, Duration atMost) throws InterruptedException {
        Pattern wanted = Pattern.compile(pattern);
        long end = System.nanoTime() + atMost.toNanos();
        while (true) {
            String line = lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null || line.equals(END)) {
                throw new AssertionError("no line «" + pattern + "» " + (line == null ? "in " + atMost : "at the end")
                        + "; it printed:\n" + String.join("\n", seen) + "\n" + errors());
            }
            seen.add(line);
            Matcher match = wanted.matcher(line);
            if (match.find()) {
                return match;
            }
        }
    }

    /** All lines so far, those that nobody waited for among them. */
    public List<String> printed() {
        lines.drainTo(seen);
        seen.remove(END);
        return List.copyOf(seen);
    }

    private String errors() {
        try {
            return Files.readString(log);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Says a line to it. */
    public void say(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** The process itself. */
    public Process process() {
        return process;
    }

    /** Ends it, with its children, as a power cut would. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
