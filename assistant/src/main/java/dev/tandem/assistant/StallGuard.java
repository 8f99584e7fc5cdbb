package dev.tandem.assistant;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Ends a push whose peer has fallen silent: {@code cancel} runs once when no byte has moved, either way, for the time
 * of silence that is allowed.
 */
final class StallGuard implements AutoCloseable {
    /** PUSH-11. */
    static final Duration SILENCE = Duration.ofMinutes(2);

    private static final Duration LOOK = Duration.ofSeconds(10);

    private final InstantSource clock;
    private final ScheduledFuture<?> looking;
    private volatile Instant moved;

    StallGuard(InstantSource clock, ScheduledExecutorService timers, Runnable cancel) {
        this.clock = clock;
        moved = clock.instant();
        looking = timers.scheduleAtFixedRate(
                () -> {
                    if (Duration.between(moved, clock.instant()).compareTo(SILENCE) > 0) {
                        close();
                        cancel.run();
                    }
                },
                LOOK.toMillis(),
                LOOK.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    InputStream watch(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                int read = super.read();
                moved = clock.instant();
                return read;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                int read = super.read(into, offset, length);
                moved = clock.instant();
                return read;
            }
        };
    }

    OutputStream watch(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                // not super: FilterOutputStream writes byte by byte
                this.out.write(bytes, offset, length);
                moved = clock.instant();
            }
        };
    }

    @Override
    public void close() {
        looking.cancel(false);
    }
}
