package dev.tandem.gitsync.points;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Labelled points between two writes. A process that is started with {@code -Dtandem.failpoint=LABEL#N} ends as if it
 * were killed when it comes to that point for the Nth time; with {@code -Dtandem.failpoint.record=FILE} it writes down
 * every point that it comes to. Without either, which is how the daemon runs, nothing happens. Any thread.
 */
public final class Failpoint {
    private static final String WHERE = System.getProperty("tandem.failpoint", "#0");
    private static final String LABEL = WHERE.substring(0, WHERE.indexOf('#'));
    private static final int TIME = Integer.parseInt(WHERE.substring(WHERE.indexOf('#') + 1));
    private static final @Nullable String RECORD = System.getProperty("tandem.failpoint.record");
    private static final int KILLED = 137;
    private static final AtomicInteger TIMES = new AtomicInteger();

    private Failpoint() {}

    /** That point is reached: what comes before it was written, what comes after was not. */
    public static void at(String label) {
        if (label.equals(LABEL) && TIMES.incrementAndGet() == TIME) {
            Runtime.getRuntime().halt(KILLED); // no hook, no finally, nothing flushed that is in this process
        }
        if (RECORD != null) {
            record(Path.of(RECORD), label);
        }
    }

    private static void record(Path file, String label) {
        try {
            Files.writeString(
                    file, label + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
