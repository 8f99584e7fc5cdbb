package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One connection to one device: many requests and streams over one secure channel.
 *
 * <p>A reading thread takes frames in and never runs callers' code nor waits; a writing thread sends. When the link
 * ends, everything under way fails once, with the reason, before anybody is told that it is down.
 */
final class Link {
    static final int MAX_MESSAGE_BYTES = 256 * 1024;

    private static final int TLS_AND_HEADER_BYTES = 96;
    private static final int MAX_STREAMS = 256;
    private static final Duration PING = Duration.ofSeconds(60);
    private static final Duration SILENCE = Duration.ofSeconds(150);

    /** What the link asks of its surroundings. */
    interface Host {
        /** Answer a request on a worker; {@code answer} gets what is to be sent back. */
        void requested(Link link, Call call, CompletableFuture<byte[]> answer);

        /** Give a stream to its service on a worker. */
        void opened(Link link, Call call, LinkStream stream);

        /** The link is over; called once. */
        void ended(Link link, String reason);
    }

    private final DeviceId peer;
    private final String peerName;
    private final SecureChannel channel;
    private final boolean opener;
    private final Host host;
    private final InstantSource clock;
    private final ScheduledExecutorService timers;
    private final Outbox outbox = new Outbox();
    private final AtomicInteger nextId;
    private final Map<Integer, CompletableFuture<byte[]>> requests = new ConcurrentHashMap<>();
    private final Map<Integer, LinkStream> streams = new ConcurrentHashMap<>();
    private final Map<Integer, CompletableFuture<byte[]>> answering = new ConcurrentHashMap<>();
    private final Map<Integer, ByteArrayOutputStream> partial = new ConcurrentHashMap<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final ScheduledFuture<?> pinging;
    private volatile Instant heard;

    Link(
            DeviceId peer,
            String peerName,
            SecureChannel channel,
            boolean opener,
            Host host,
            InstantSource clock,
            ScheduledExecutorService timers) {
        this.peer = peer;
        this.peerName = peerName;
        this.channel = channel;
        this.opener = opener;
        this.host = host;
        this.clock = clock;
        this.timers = timers;
        nextId = new AtomicInteger(opener ? 1 : 2);
        heard = clock.instant();
        pinging = timers.scheduleAtFixedRate(
                this::checkLife, PING.toMillis(), PING.toMillis() / 2, TimeUnit.MILLISECONDS);
    }

    /** Exchanges the first frames, before the link counts as up; returns the other device's name. */
    static String greet(SecureChannel channel, String name) throws IOException {
        byte[] hello = ("1 " + name).getBytes(StandardCharsets.UTF_8);
        byte[] frame = new Frame(Frame.Type.HELLO, 0, 0, hello).encode();
        channel.write(frame, 0, frame.length);
        Frame answer = Frame.read(channel.input());
        String words = new String(answer.payload(), StandardCharsets.UTF_8);
        int space = words.indexOf(' ');
        if (answer.type() != Frame.Type.HELLO || space < 0) {
            throw new IOException("the other device did not greet");
        }
        String clean = words.substring(space + 1).replaceAll("\\p{Cntrl}", "");
        return clean.substring(0, Math.min(clean.length(), 100));
    }

    DeviceId peer() {
        return peer;
    }

    String peerName() {
        return peerName;
    }

    String carrierKind() {
        return channel.carrierKind();
    }

    boolean isUp() {
        return !ended.get();
    }

    int maxPayload() {
        return Math.min(Frame.MAX_PAYLOAD, channel.messageBytes() - TLS_AND_HEADER_BYTES);
    }

    // ---- calls

    CompletableFuture<byte[]> request(String service, byte[] body, Duration deadline) {
        int id = nextId.getAndAdd(2);
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        requests.put(id, answer);
        try {
            message(Frame.Type.REQUEST, id, new Call(service, deadline, body).encode());
        } catch (IOException down) {
            requests.remove(id);
            answer.completeExceptionally(down);
            return answer;
        }
        if (!isUp()) {
            // the end may have swept the table before this request was in it
            failRequest(id, "the link is down");
        }
        ScheduledFuture<?> timeout =
                timers.schedule(() -> cancel(id, "no answer in time"), deadline.toMillis(), TimeUnit.MILLISECONDS);
        return answer.whenComplete((bytes, failure) -> timeout.cancel(false));
    }

    private void cancel(int id, String reason) {
        if (requests.containsKey(id)) {
            controlQuietly(new Frame(Frame.Type.CANCEL, 0, id, new byte[0]));
            failRequest(id, reason);
        }
    }

    private void failRequest(int id, String reason) {
        CompletableFuture<byte[]> waiting = requests.remove(id);
        if (waiting != null) {
            waiting.completeExceptionally(new IOException(reason));
        }
    }

    LinkStream open(String service, byte[] body, Duration deadline) throws IOException {
        int id = nextId.getAndAdd(2);
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
            int size = Math.min(maxPayload(), message.length - at);
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

    private static String words(Throwable failure) {
        return failure.getMessage() == null ? "the other device ended the link" : failure.getMessage();
    }

    private byte[] text(String words) {
        byte[] bytes = String.valueOf(words).getBytes(StandardCharsets.UTF_8);
        return bytes.length <= 1000 ? bytes : java.util.Arrays.copyOf(bytes, 1000);
    }

    // ---- the two threads

    void readAll() {
        try {
            InputStream in = channel.input();
            while (isUp()) {
                Frame frame = Frame.read(in);
                heard = clock.instant();
                arrived(frame);
            }
        } catch (IOException broken) {
            end(words(broken));
        }
    }

    void writeAll() {
        try {
            while (true) {
                byte[] bytes = outbox.take().encode();
                channel.write(bytes, 0, bytes.length);
            }
        } catch (IOException broken) {
            end(words(broken));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        channel.close("the link is over");
    }

    private void arrived(Frame frame) throws IOException {
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
            CompletableFuture<byte[]> waiting = requests.remove(id);
            if (waiting != null) {
                waiting.complete(message);
            }
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
        } else if (type == Frame.Type.REQUEST) {
            requested(id, call);
        } else if (streams.size() >= MAX_STREAMS) {
            controlQuietly(new Frame(Frame.Type.RESET, 0, id, text("too many streams")));
        } else {
            LinkStream stream = new LinkStream(this, id);
            streams.put(id, stream);
            host.opened(this, call, stream);
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
        host.requested(this, call, answer);
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
        requests.keySet().forEach(id -> failRequest(id, reason));
        streams.values().forEach(stream -> stream.fail(reason));
        streams.clear();
        answering.clear();
        partial.clear();
        host.ended(this, reason);
    }
}
