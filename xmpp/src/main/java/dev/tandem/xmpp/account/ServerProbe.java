package dev.tandem.xmpp.account;

import com.google.common.base.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a server treats what we send: by messages to ourselves, which it relays as it would to anybody.
 *
 * <p>A server that shapes lets a burst pass first, and whatever we send beyond its rate makes all else wait. So bursts
 * begin small and grow as long as they come back quickly: on a slow server nothing waits for more than some seconds, on
 * a fast one there is enough to measure. One at a time for an account.
 */
public final class ServerProbe {
    /** The namespace of a probe. */
    public static final String NAMESPACE = "urn:tandem:probe:1";

    static final String ELEMENT = "probe";

    private static final int FIRST_BURST = 8 * 1024;
    private static final int LARGEST_BURST = 512 * 1024;
    private static final int GROWTH = 4;
    private static final int MESSAGE_BYTES = 1024;
    private static final Duration QUICK = Duration.ofMillis(300);
    private static final Duration LONGEST = Duration.ofSeconds(8);

    /**
     * What came of it.
     *
     * @param roundTrip of one small message; empty if none came back
     * @param bytesPerSecond of the second half of the last burst, or of what of it came back in time; empty if that is
     *     nothing
     */
    public record Result(Optional<Duration> roundTrip, Optional<Long> bytesPerSecond) {}

    private record Arrival(int number, long nanos) {}

    private final Messenger messenger;
    private final Ticker ticker;
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private int next;

    /** Registers for the probe's namespace. */
    public ServerProbe(Messenger messenger, Ticker ticker) {
        this.messenger = messenger;
        this.ticker = ticker;
        messenger.listen(NAMESPACE, (from, payload) -> {
            if (payload.content().length >= Integer.BYTES) {
                arrivals.add(new Arrival(ByteBuffer.wrap(payload.content()).getInt(), ticker.read()));
            }
        });
    }

    /**
     * Measures; blocks for up to about ten seconds.
     *
     * @param self our own full JID
     * @throws IOException if we are not signed in
     */
    public synchronized Result measure(String self) throws IOException {
        try {
            long sent = ticker.read();
            int first = send(self, Integer.BYTES);
            Arrival back = await(first, first, sent + LONGEST.toNanos());
            if (back == null) {
                return new Result(Optional.empty(), Optional.empty());
            }
            return new Result(Optional.of(Duration.ofNanos(back.nanos - sent)), rate(self));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopping);
        }
    }

    private Optional<Long> rate(String self) throws IOException, InterruptedException {
        Optional<Long> rate = Optional.empty();
        for (int burst = FIRST_BURST; burst <= LARGEST_BURST; burst *= GROWTH) {
            long began = ticker.read();
            rate = burst(self, burst / MESSAGE_BYTES);
            if (ticker.read() - began > QUICK.toNanos()) {
                break;
            }
        }
        return rate;
    }

    private Optional<Long> burst(String self, int count) throws IOException, InterruptedException {
        int first = next;
        for (int i = 0; i < count; i++) {
            send(self, MESSAGE_BYTES);
        }
        long until = ticker.read() + LONGEST.toNanos();
        Arrival half = await(first, first + count / 2 - 1, until);
        Arrival end = half == null ? null : await(half.number + 1, next - 1, until);
        if (half == null || end == null) {
            return Optional.empty();
        }
        long bytes = (long) (end.number - half.number) * MESSAGE_BYTES;
        return Optional.of(bytes * TimeUnit.SECONDS.toNanos(1) / Math.max(1, end.nanos - half.nanos));
    }

    private int send(String self, int bytes) throws IOException {
        byte[] content = ByteBuffer.allocate(bytes).putInt(next).array();
        messenger.send(self, new Payload(NAMESPACE, ELEMENT, Map.of(), content));
        return next++;
    }

    /** The arrival of one message, or of the last one from {@code first} on that came in time; null if none did. */
    private @Nullable Arrival await(int first, int number, long until) throws InterruptedException {
        Arrival latest = null;
        while (latest == null || latest.number < number) {
            Arrival arrived = arrivals.poll(until - ticker.read(), TimeUnit.NANOSECONDS);
            if (arrived == null) {
                return latest;
            }
            if (arrived.number >= first) {
                latest = arrived;
            }
        }
        return latest;
    }
}
