package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Many requests and streams over one connection: frames in, frames out, no threads and no sockets of its own.
 *
 * <p>Nothing here waits, but for writers of stream data (see {@link Outbox}). What a peer may have open is bounded:
 * {@link Requests#MAX_OPEN} requests, which its side keeps by itself, and {@link #MAX_STREAMS} streams; one that goes
 * beyond loses the link. When the connection ends, everything under way fails once, with the reason, before the host is
 * told.
 */
final class Multiplexer {
    static final int MAX_MESSAGE_BYTES = 256 * 1024;

    private static final int MAX_STREAMS = 256;
    private static final Duration PING = Duration.ofSeconds(60);
    private static final Duration SILENCE = Duration.ofSeconds(150);

    /** What a multiplexer asks of its surroundings; called by whoever hands it frames, so nothing may block. */
    interface Host {
        /** Answer a request; {@code answer} gets what is to be sent back, at any time, from any thread. */
        void requested(Call call, CompletableFuture<byte[]> answer);

        /** Give a stream to its service. */
        void opened(Call call, LinkStream stream);

        /** The link is over; called once. */
        void ended(String reason);
    }

    private final DeviceId peer;
    private final boolean opener;
    private final int maxPayload;
    private final Host host;
    private final InstantSource clock;
    private final ScheduledExecutorService timers;
    private final Counters counters;
    private final Outbox outbox;
    private final AtomicInteger nextId;
    private final Requests requests = new Requests();
    private final Map<Integer, LinkStream> streams = new ConcurrentHashMap<>();
    private final Map<Integer, CompletableFuture<byte[]>> answering = new ConcurrentHashMap<>();
    private final Map<Integer, ByteArrayOutputStream> partial = new ConcurrentHashMap<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final ScheduledFuture<?> pinging;
    private volatile Instant heard;

    /**
     * The two ends differ in {@code opener} only.
     *
     * @param maxPayload bytes of one frame's payload, at most {@link Frame#MAX_PAYLOAD}
     * @param outbox where frames go; whoever takes them out sends them
     */
    Multiplexer(
            DeviceId peer,
            boolean opener,
            int maxPayload,
            Outbox outbox,
            Host host,
            InstantSource clock,
            ScheduledExecutorService timers,
            Counters counters) {
        this.peer = peer;
        this.opener = opener;
        this.maxPayload = maxPayload;
        this.outbox = outbox;
        this.host = host;
        this.clock = clock;
        this.timers = timers;
        this.counters = counters;
        nextId = new AtomicInteger(opener ? 1 : 2);
        heard = clock.instant();
        pinging = timers.scheduleAtFixedRate(
                this::checkLife, PING.toMillis(), PING.toMillis() / 2, TimeUnit.MILLISECONDS);
    }

    DeviceId peer() {
        return peer;
    }

    boolean isUp() {
        return !ended.get();
    }

    int maxPayload() {
        return maxPayload;
    }

    // ---- calls

    /**
     * Asks; waits its turn while {@link Requests#MAX_OPEN} others are open.
     *
     * @param deadline after which the answer is not wanted any more; the peer is told how much of it is left
     */
    CompletableFuture<byte[]> request(String service, byte[] body, Duration deadline) {
        int id = nextId.getAndAdd(2);
        counters.requests.increment();
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        Requests.Pending pending =
                new Requests.Pending(id, service, body, clock.instant().plus(deadline), answer);
        send(requests.add(pending));
        if (!isUp()) {
            // the end may have swept the table before this request was in it
            failRequest(id, "the link is down");
        }
        ScheduledFuture<?> timeout =
                timers.schedule(() -> cancel(id, "no answer in time"), deadline.toMillis(), TimeUnit.MILLISECONDS);
        return answer.whenComplete((bytes, failure) -> timeout.cancel(false));
    }

    private void send(Requests.@Nullable Pending next) {
        if (next != null) {
            try {
                Duration left = Duration.between(clock.instant(), next.deadline());
                message(Frame.Type.REQUEST, next.id(), new Call(next.service(), left, next.body()).encode());
            } catch (IOException down) {
                failRequest(next.id(), words(down));
            }
        }
    }

    private void cancel(int id, String reason) {
        if (requests.isSent(id)) {
            controlQuietly(new Frame(Frame.Type.CANCEL, 0, id, new byte[0]));
        }
        failRequest(id, reason);
    }

    private void failRequest(int id, String reason) {
        Requests.Ended over = requests.end(id);
        over.answer().ifPresent(waiting -> waiting.completeExceptionally(new IOException(reason)));
        send(over.next());
    }

    LinkStream open(String service, byte[] body, Duration deadline) throws IOException {
        int id = nextId.getAndAdd(2);
        counters.streams.increment();
        LinkStream stream = new LinkStream(this, id);
        streams.put(id, stream);
        message(Frame.Type.OPEN, id, new Call(service, deadline, body).encode());
        if (!isUp()) {
            streams.remove(id);
            throw new IOException("the link is down");
        }
        return stream;
    }

    /** Sends a message that may need several frames. */
    private void message(Frame.Type type, int id, byte[] message) throws IOException {
        if (message.length > MAX_MESSAGE_BYTES) {
            throw new IOException("a message of " + message.length + " bytes; streams are for that");
        }
        int at = 0;
        do {
            int size = Math.min(maxPayload, message.length - at);
            byte[] piece = new byte[size];
            System.arraycopy(message, at, piece, 0, size);
            at += size;
            outbox.control(new Frame(type, at < message.length ? Frame.MORE : 0, id, piece));
        } while (at < message.length);
    }

    void control(Frame frame) throws IOException {
        outbox.control(frame);
    }

    void bulk(Frame frame) throws IOException {
        try {
            outbox.bulk(frame);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopping);
        }
    }

    void resetStream(int id, String reason) {
        if (streams.remove(id) != null) {
            controlQuietly(new Frame(Frame.Type.RESET, 0, id, text(reason)));
        }
    }

    void forgetStream(int id) {
        streams.remove(id);
    }

    private void controlQuietly(Frame frame) {
        try {
            outbox.control(frame);
        } catch (IOException down) {
            // then the other end hears of it with everything else
            end(words(down));
        }
    }

    static String words(Throwable failure) {
        return failure.getMessage() == null ? "the other device ended the link" : failure.getMessage();
    }

    static byte[] text(String words) {
        byte[] bytes = String.valueOf(words).getBytes(StandardCharsets.UTF_8);
        return bytes.length <= 1000 ? bytes : Arrays.copyOf(bytes, 1000);
    }

    /**
     * Takes a frame in.
     *
     * @throws IOException if the link is over because of it
     */
    void arrived(Frame frame) throws IOException {
        heard = clock.instant();
        int id = frame.stream();
        switch (frame.type()) {
            case REQUEST, OPEN, RESPONSE -> whole(frame).ifPresent(message -> complete(frame.type(), id, message));
            case FAILURE -> failRequest(id, new String(frame.payload(), StandardCharsets.UTF_8));
            case DATA -> data(id, frame.payload());
            case CREDIT -> {
                LinkStream stream = streams.get(id);
                if (stream != null) {
                    stream.creditArrived(Frame.getInt(frame.payload(), 0));
                }
            }
            case END -> {
                LinkStream stream = streams.get(id);
                if (stream != null) {
                    stream.endArrived();
                }
            }
            case RESET -> {
                LinkStream stream = streams.remove(id);
                if (stream != null) {
                    stream.fail(new String(frame.payload(), StandardCharsets.UTF_8));
                }
            }
            case CANCEL -> {
                CompletableFuture<byte[]> answer = answering.remove(id);
                if (answer != null) {
                    answer.cancel(false);
                }
            }
            case PING -> control(new Frame(Frame.Type.PONG, 0, 0, new byte[0]));
            case PONG, HELLO -> {}
            case GOAWAY -> throw new IOException(new String(frame.payload(), StandardCharsets.UTF_8));
        }
    }

    private void data(int id, byte[] payload) {
        LinkStream stream = streams.get(id);
        if (stream != null && !stream.dataArrived(payload)) {
            stream.reset("more data than there was credit for");
        }
    }

    /** Puts a message together again; empty while parts are missing. */
    private Optional<byte[]> whole(Frame frame) throws IOException {
        ByteArrayOutputStream begun = partial.get(frame.stream());
        if (begun == null && !frame.hasMore()) {
            return Optional.of(frame.payload());
        }
        if (begun == null) {
            if (partial.size() >= MAX_STREAMS) {
                throw new IOException("too many unfinished messages");
            }
            begun = new ByteArrayOutputStream();
            partial.put(frame.stream(), begun);
        }
        if (begun.size() + frame.payload().length > MAX_MESSAGE_BYTES) {
            throw new IOException("a message that is too large");
        }
        begun.write(frame.payload());
        if (frame.hasMore()) {
            return Optional.empty();
        }
        partial.remove(frame.stream());
        return Optional.of(begun.toByteArray());
    }

    private void complete(Frame.Type type, int id, byte[] message) {
        if (type == Frame.Type.RESPONSE) {
            Requests.Ended over = requests.end(id);
            over.answer().ifPresent(waiting -> waiting.complete(message));
            send(over.next());
            return;
        }
        boolean peersOwn = (id % 2 == 1) != opener;
        Call call;
        try {
            call = Call.decode(message);
        } catch (IOException malformed) {
            end("a malformed call");
            return;
        }
        if (!peersOwn || id == 0) {
            end("a call under a number that is not the caller's");
        } else if (type == Frame.Type.REQUEST && answering.size() >= Requests.MAX_OPEN) {
            end("more requests at once than may be open");
        } else if (type == Frame.Type.REQUEST) {
            requested(id, call);
        } else if (streams.size() >= MAX_STREAMS) {
            controlQuietly(new Frame(Frame.Type.RESET, 0, id, text("too many streams")));
        } else {
            LinkStream stream = new LinkStream(this, id);
            streams.put(id, stream);
            host.opened(call, stream);
        }
    }

    private void requested(int id, Call call) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        answering.put(id, answer);
        var unused = answer.whenComplete((body, failure) -> {
            if (answering.remove(id) == null) {
                return; // cancelled: nobody waits
            }
            try {
                if (failure == null) {
                    message(Frame.Type.RESPONSE, id, body);
                } else {
                    outbox.control(new Frame(Frame.Type.FAILURE, 0, id, text(words(failure))));
                }
            } catch (IOException down) {
                end(words(down));
            }
        });
        host.requested(call, answer);
    }

    // ---- the end

    private void checkLife() {
        Duration silent = Duration.between(heard, clock.instant());
        if (silent.compareTo(SILENCE) > 0) {
            end("the other device has been silent for " + silent.toSeconds() + " s");
        } else if (silent.compareTo(PING.dividedBy(2)) > 0) {
            controlQuietly(new Frame(Frame.Type.PING, 0, 0, new byte[0]));
        }
    }

    /** Says goodbye and ends. */
    void goAway(String reason) {
        if (isUp()) {
            try {
                outbox.control(new Frame(Frame.Type.GOAWAY, 0, 0, text(reason)));
            } catch (IOException down) {
                end(words(down));
            }
            end(reason);
        }
    }

    /** Ends the link, once: whatever is under way fails with the reason. */
    void end(String reason) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        pinging.cancel(false);
        outbox.close(reason);
        requests.endAll().forEach(answer -> answer.completeExceptionally(new IOException(reason)));
        streams.values().forEach(stream -> stream.fail(reason));
        streams.clear();
        answering.clear();
        partial.clear();
        host.ended(reason);
    }
}
