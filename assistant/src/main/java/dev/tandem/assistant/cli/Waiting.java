package dev.tandem.assistant.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Shows how far something is while it is waited for: one line of the terminal, and nothing where there is none. */
final class Waiting {
    /** Often enough to look alive, seldom enough to cost nothing. */
    private static final Duration REDRAW = Duration.ofMillis(250);

    /** What is over sooner than this shows nothing. */
    private static final Duration AT_ONCE = Duration.ofMillis(400);

    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final String CLEAR_LINE = "\r\u001b[K";

    private final Verb verb;
    private final String what;
    private final @Nullable String folder;
    private final InstantSource clock;
    private Duration limit = Duration.ZERO;

    private Waiting(Verb verb, String what, @Nullable String folder, InstantSource clock) {
        this.verb = verb;
        this.what = what;
        this.folder = folder;
        this.clock = clock;
    }

    /** Something that can take long. */
    interface Work {
        byte[] run() throws IOException, CommandFailed;
    }

    /**
     * Waits for something.
     *
     * @param verb that waits
     * @param what it does, in one word or a few
     * @param folder whose transfers to show; null for those of all
     */
    static Waiting of(Verb verb, String what, @Nullable String folder) {
        return new Waiting(verb, what, folder, InstantSource.system());
    }

    /** Counts down from this. */
    Waiting within(Duration most) {
        limit = most;
        return this;
    }

    /** Does it, and shows how far it is. */
    byte[] during(Work work) throws IOException, CommandFailed {
        Screen screen = verb.root().screen();
        if (!screen.isTerminal() || verb.root().json()) {
            return work.run();
        }
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        ForkJoinPool.commonPool().execute(() -> complete(answer, work));
        Instant begin = clock.instant();
        boolean shown = false;
        try {
            while (true) {
                Optional<byte[]> done = within(shown ? REDRAW : AT_ONCE, answer);
                if (done.isPresent()) {
                    return done.get();
                }
                Duration elapsed = Duration.between(begin, clock.instant());
                verb.out().print(CLEAR_LINE + line(elapsed, screen.columns()));
                verb.out().flush();
                shown = true;
            }
        } finally {
            if (shown) {
                verb.out().print(CLEAR_LINE);
                verb.out().flush();
            }
        }
    }

    private static void complete(CompletableFuture<byte[]> answer, Work work) {
        try {
            answer.complete(work.run());
        } catch (Exception failure) { // the thread's outermost frame: it is thrown where it is waited for
            answer.completeExceptionally(failure);
        }
    }

    private static Optional<byte[]> within(Duration patience, CompletableFuture<byte[]> answer)
            throws IOException, CommandFailed {
        try {
            return Optional.of(answer.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException notYet) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            if (e.getCause() instanceof CommandFailed failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private String line(Duration elapsed, int columns) {
        try {
            Map<String, Object> status = Json.object(verb.daemon().get("/api/status", LOOK));
            return ProgressLine.of(what, Json.objects(status, "folders"), folder, elapsed, limit, columns);
        } catch (CommandFailed | IOException silent) { // the wait itself says what is wrong
            return ProgressLine.of(what, List.of(), folder, elapsed, limit, columns);
        }
    }
}
