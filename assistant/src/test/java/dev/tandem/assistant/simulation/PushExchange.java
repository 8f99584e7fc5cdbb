package dev.tandem.assistant.simulation;

import dev.tandem.xmpp.link.SimulatedLink.SimulatedStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One push over one stream, from either end, as the daemon runs it: the grant, the pack, its end, the report. Never
 * waits; ends once, with the reason of a failure or null.
 */
abstract class PushExchange {
    private static final byte[] GO = {1};
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(120);

    final World world;
    private final SimulatedStream stream;
    private final Consumer<@Nullable String> end;
    private final ScheduledFuture<?> guard;
    private long progressNanos;
    private boolean over;

    PushExchange(World world, SimulatedStream stream, Consumer<@Nullable String> end) {
        this.world = world;
        this.stream = stream;
        this.end = end;
        progressNanos = Long.MAX_VALUE - STALL_NANOS;
        guard = world.time.scheduleAtFixedRate(this::checkStall, 30, 30, TimeUnit.SECONDS);
    }

    final void start() {
        stream.whenReady(this::ready);
        ready();
    }

    private void ready() {
        if (over) {
            return;
        }
        try {
            go(stream);
        } catch (IOException broken) {
            finish(String.valueOf(broken.getMessage()));
        }
    }

    abstract void go(SimulatedStream link) throws IOException;

    final void progress() {
        progressNanos = world.time.nanos();
    }

    private void checkStall() {
        if (!over && world.time.nanos() - progressNanos > STALL_NANOS) {
            stream.reset("silent for two minutes");
        }
    }

    final void finish(@Nullable String failure) {
        if (over) {
            return;
        }
        over = true;
        guard.cancel(false);
        stream.whenReady(() -> {});
        stream.close();
        end.accept(failure);
    }

    /** The end that has the commits. */
    static final class Sending extends PushExchange {
        private final SimulatedRepository repository;
        private byte @Nullable [] pack;
        private int written;
        private boolean ended;

        Sending(World world, SimulatedRepository repository, SimulatedStream stream, Consumer<@Nullable String> end) {
            super(world, stream, end);
            this.repository = repository;
        }

        @Override
        void go(SimulatedStream link) throws IOException {
            if (pack == null) {
                byte[] grant = link.poll();
                if (grant == null) {
                    return;
                }
                if (grant.length == 0) {
                    throw new IOException("the push was not granted");
                }
                pack = ByteBuffer.allocate(8 + world.packSize())
                        .putInt(repository.head())
                        .putInt(repository.annex())
                        .array();
                progress();
            }
            while (written < pack.length) {
                int more = link.offer(pack, written);
                if (more == 0) {
                    return;
                }
                written += more;
                progress();
            }
            if (!ended) {
                ended = true;
                link.end();
            }
            byte[] report = link.poll();
            if (report != null) {
                finish(report.length == 0 ? "no report" : report.length == 1 ? null : text(report));
            }
        }
    }

    /** The end that gets them. */
    static final class Receiving extends PushExchange {
        private final Consumer<ByteBuffer> store;
        private final @Nullable String trouble;
        private final ByteArrayOutputStream pack = new ByteArrayOutputStream();
        private boolean granted;

        /** Reports {@code trouble} instead of storing, if there is some. */
        Receiving(
                World world,
                SimulatedStream stream,
                Consumer<ByteBuffer> store,
                @Nullable String trouble,
                Consumer<@Nullable String> end) {
            super(world, stream, end);
            this.store = store;
            this.trouble = trouble;
        }

        @Override
        void go(SimulatedStream link) throws IOException {
            if (!granted) {
                granted = true;
                link.offer(GO, 0);
                progress();
            }
            for (byte[] some = link.poll(); some != null; some = link.poll()) {
                progress();
                if (some.length == 0) {
                    complete(link);
                    return;
                }
                pack.writeBytes(some);
            }
        }

        private void complete(SimulatedStream link) throws IOException {
            if (trouble == null) {
                store.accept(ByteBuffer.wrap(pack.toByteArray()));
            }
            byte[] report = ("." + (trouble == null ? "" : trouble)).getBytes(StandardCharsets.UTF_8);
            link.offer(report, 0);
            link.end();
            finish(trouble);
        }
    }

    private static String text(byte[] report) {
        return new String(report, StandardCharsets.UTF_8);
    }
}
