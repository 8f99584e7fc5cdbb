package dev.tandem.xmpp.link;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.account.DeviceId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
 * <p>Nothing here waits. What a peer may have open is bounded: {@link Requests#MAX_OPEN} requests, which its side keeps
 * by itself, and {@link #MAX_STREAMS} streams; one that goes beyond loses the link. When the connection ends,
 * everything under way fails once, with the reason, before the host is told.
 */
final class Multiplexer {
    static final int MAX_MESSAGE_BYTES = 256 * 1024;

    static final int MAX_STREAMS = 256;

    /** Messages do not come mixed, but for a peer that plays tricks. */
    private static final int MAX_UNFINISHED = 4;

    private static final int STAMP_BYTES = 8;

    /** What a multiplexer asks of its surroundings; called by whoever hands it frames, so nothing may block. */
    interface Host {
        /**
         * Answer a request; {@code answer} gets what is to be sent back, at any time, from any thread, and is cancelled
         * when nobody waits for it any more.
         */
        void requested(Call call, CompletableFuture<byte[]> answer);

        /** Give a stream to its service. */
        void opened(Call call, LinkStream stream);

        /** Which streams go first. */
        Priority priority(String service);

        /** The link is over; called once. */
        void ended(String reason);
    }

    /** Its time; a peer from which nothing came for two intervals is gone. */
    record Surroundings(Ticker ticker, ScheduledExecutorService timers, Duration interval, Shaper.Share share) {
        /** Without limits. */
        Surroundings(Ticker ticker, ScheduledExecutorService timers, Duration interval) {
            this(ticker, timers, interval, Shaper.free());
        }
    }

    private final DeviceId peer;
    private final boolean opener;
    private final Host host;
    private final Surroundings around;
    private final Counters counters;
    private final Outbox outbox;
    private final AtomicInteger nextId;
    private final Windows windows = new Windows();
    private final Requests requests = new Requests();
    private final Map<Integer, LinkStream> streams = new ConcurrentHashMap<>();
    private final Map<Integer, CompletableFuture<byte[]>> answering = new ConcurrentHashMap<>();
    private final Map<Integer, ByteArrayOutputStream> partial = new ConcurrentHashMap<>();
    /** Streams whose data has arrived; of the thread that takes frames in. */
    private final Set<LinkStream> toWake = new LinkedHashSet<>();

    private final AtomicBoolean ended = new AtomicBoolean();
    private final ScheduledFuture<?> pinging;
    private volatile long heardNanos;
    private volatile @Nullable Duration roundTrip;

    /**
     * The two ends differ in {@code opener} only.
     *
     * @param outbox where frames go; whoever takes them out sends them
     */
    Multiplexer(DeviceId peer, boolean opener, Outbox outbox, Host host, Surroundings around, Counters counters) {
        this.peer = peer;
        this.opener = opener;
        this.outbox = outbox;
        this.host = host;
        this.around = around;
        this.counters = counters;
        nextId = new AtomicInteger(opener ? 1 : 2);
        heardNanos = nanos();
        long millis = around.interval().toMillis();
        pinging = around.timers().scheduleAtFixedRate(this::checkLife, millis, millis, TimeUnit.MILLISECONDS);
    }

    DeviceId peer() {
        return peer;
    }

    boolean isUp() {
        return !ended.get();
    }

    long nanos() {
        return around.ticker().read();
    }

    Shaper.Share share() {
        return around.share();
    }

    Windows windows() {
        return windows;
    }

    /** How long the last ping took there and back. */
    Optional<Duration> roundTrip() {
        return Optional.ofNullable(roundTrip);
    }

    // ---- calls

    /**
     * Asks; waits its turn while {@link Requests#MAX_OPEN} others are open. Cancelling the answer tells the peer that
     * it is not wanted.
     *
     * @param deadline after which the answer is not wanted any more; the peer is told how much of it is left
     */
    CompletableFuture<byte[]> request(String service, byte[] body, Duration deadline) {
        int id = nextId.getAndAdd(2);
        counters.requests.increment();
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        Requests.Pending pending = new Requests.Pending(id, service, body, nanos() + deadline.toNanos(), answer);
        send(requests.add(pending));
        if (!isUp()) {
            // the end may have swept the table before this request was in it
            failRequest(id, "the link is down");
        }
        ScheduledFuture<?> timeout = around.timers()
                .schedule(() -> cancel(id, "no answer in time"), deadline.toMillis(), TimeUnit.MILLISECONDS);
        var unused = answer.whenComplete((bytes, failure) -> {
            timeout.cancel(false);
            if (answer.isCancelled()) {
                cancel(id, "cancelled");
            }
        });
        return answer;
    }

    private void send(Requests.@Nullable Pending next) {
        if (next == null) {
            return;
        }
        Duration left = Duration.ofNanos(next.deadlineNanos() - nanos());
        if (left.toMillis() < 1) {
            failRequest(next.id(), "no answer in time");
            return;
        }
        try {
            message(Frame.Type.REQUEST, next.id(), new Call(next.service(), left, next.body()).encode());
        } catch (IOException down) {
            failRequest(next.id(), words(down));
        }
    }

    private void cancel(int id, String reason) {
        if (requests.isSent(id)) {
            messageQuietly(Frame.Type.CANCEL, id, new byte[0]);
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
        LinkStream stream = new LinkStream(this, id, host.priority(service));
        streams.put(id, stream);
        try {
            message(Frame.Type.OPEN, id, new Call(service, deadline, body).encode());
        } catch (IOException failed) {
            streams.remove(id);
            throw failed;
        }
        if (!isUp()) {
            streams.remove(id);
            throw new IOException("the link is down");
        }
        return stream;
    }

    void message(Frame.Type type, int id, byte[] message) throws IOException {
        if (message.length > MAX_MESSAGE_BYTES) {
            throw new IOException("a message of " + message.length + " bytes; streams are for that");
        }
        outbox.message(type, id, message);
    }

    /** A stream has something to send. */
    void ready(LinkStream stream) {
        outbox.ready(stream);
    }

    void resetStream(int id, String reason) {
        if (streams.remove(id) != null) {
            messageQuietly(Frame.Type.RESET, id, text(reason));
        }
    }

    void forgetStream(int id) {
        streams.remove(id);
    }

    void messageQuietly(Frame.Type type, int id, byte[] message) {
        try {
            message(type, id, message);
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

    /** What a peer says goes into logs and onto terminals: one line, no control characters. */
    static String said(byte[] bytes) {
        String words = new String(bytes, 0, Math.min(bytes.length, 1000), StandardCharsets.UTF_8);
        return words.replaceAll("[\\p{Cc}\\p{Cf}]+", " ").strip();
    }

    /**
     * Takes a frame in.
     *
     * @throws RefusedException if the other end says that it wants no link any more, however it is carried
     * @throws IOException if the link is over because of it
     */
    void arrived(Frame frame) throws IOException {
        take(frame);
        wakeReaders();
    }

    /** The same, but {@link #wakeReaders} is to follow, at the latest before the thread waits for anything. */
    void take(Frame frame) throws IOException {
        heardNanos = nanos();
        int id = frame.stream();
        switch (frame.type()) {
            case REQUEST, OPEN, RESPONSE -> whole(frame).ifPresent(message -> complete(frame.type(), id, message));
            case FAILURE -> failRequest(id, said(frame.payload()));
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
                    stream.fail(said(frame.payload()));
                }
            }
            case CANCEL -> {
                CompletableFuture<byte[]> answer = answering.remove(id);
                if (answer != null) {
                    answer.cancel(false);
                }
            }
            case PING ->
                message(Frame.Type.PONG, 0, frame.payload().length == STAMP_BYTES ? frame.payload() : text(""));
            case PONG -> pong(frame.payload());
            case HELLO -> {}
            case GOAWAY -> throw new RefusedException(said(frame.payload()));
        }
    }

    private void data(int id, byte[] payload) {
        LinkStream stream = streams.get(id);
        if (stream != null && !stream.dataArrived(payload)) {
            stream.reset("more data than there was credit for");
        } else if (stream != null) {
            toWake.add(stream);
        }
    }

    /** Wakes who reads what has arrived since the last time: once for all of it, because each time costs a lot. */
    void wakeReaders() {
        toWake.forEach(LinkStream::wakeUp);
        toWake.clear();
    }

    /** Puts a message together again; empty while parts are missing. */
    private Optional<byte[]> whole(Frame frame) throws IOException {
        ByteArrayOutputStream begun = partial.get(frame.stream());
        if (begun == null && !frame.hasMore()) {
            return Optional.of(frame.payload());
        }
        if (begun == null) {
            if (partial.size() >= MAX_UNFINISHED) {
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
        } else if (answering.containsKey(id) || streams.containsKey(id)) {
            end("a number that is in use");
        } else if (type == Frame.Type.REQUEST && answering.size() >= Requests.MAX_OPEN) {
            end("more requests at once than may be open");
        } else if (type == Frame.Type.REQUEST) {
            requested(id, call);
        } else if (streams.size() >= MAX_STREAMS) {
            messageQuietly(Frame.Type.RESET, id, text("too many streams"));
        } else {
            LinkStream stream = new LinkStream(this, id, host.priority(call.service()));
            streams.put(id, stream);
            host.opened(call, stream);
        }
    }

    private void requested(int id, Call call) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        answering.put(id, answer);
        long wantedUntil = nanos() + call.remaining().toNanos();
        var unused = answer.whenComplete((body, failure) -> {
            if (answering.remove(id) == null || nanos() > wantedUntil) {
                return; // cancelled, or too late: nobody waits
            }
            try {
                if (failure == null) {
                    message(Frame.Type.RESPONSE, id, body);
                } else {
                    message(Frame.Type.FAILURE, id, text(words(failure)));
                }
            } catch (IOException down) {
                end(words(down));
            }
        });
        host.requested(call, answer);
    }

    // ---- life and its end

    private void checkLife() {
        Duration silent = Duration.ofNanos(nanos() - heardNanos);
        if (silent.compareTo(around.interval().multipliedBy(2)) >= 0) {
            end("the other device has been silent for " + silent.toSeconds() + " s");
        } else {
            ping();
        }
    }

    /** Asks for a sign of life; the answer tells how long the way is. */
    void ping() {
        messageQuietly(
                Frame.Type.PING,
                0,
                ByteBuffer.allocate(STAMP_BYTES).putLong(nanos()).array());
    }

    private void pong(byte[] stamp) {
        if (stamp.length == STAMP_BYTES) {
            long nanos = nanos() - ByteBuffer.wrap(stamp).getLong();
            if (nanos >= 0) {
                roundTrip = Duration.ofNanos(nanos);
            }
        }
    }

    /** Says goodbye and ends. */
    void goAway(String reason) {
        if (isUp()) {
            messageQuietly(Frame.Type.GOAWAY, 0, text(reason));
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
        List<CompletableFuture<byte[]>> unanswered = List.copyOf(answering.values());
        answering.clear();
        unanswered.forEach(answer -> answer.cancel(false));
        partial.clear();
        host.ended(reason);
    }
}
