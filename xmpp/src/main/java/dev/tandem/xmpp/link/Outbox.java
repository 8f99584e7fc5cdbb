package dev.tandem.xmpp.link;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is on its way out of a link: messages first, in their order; then the streams' data, by {@link Priority}, and
 * streams of the same one in turn. Frames are cut as they leave, to what there is room for.
 */
final class Outbox {
    /** Messages are bounded by the number of calls; beyond this, the peer or we have gone mad. */
    private static final int MAX_MESSAGES = 10_000;

    private static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

    /** A message, and how much of it has left. */
    private static final class Message {
        final Frame.Type type;
        final int id;
        final byte[] body;
        int sent;

        Message(Frame.Type type, int id, byte[] body) {
            this.type = type;
            this.id = id;
            this.body = body;
        }

        int left() {
            return body.length - sent;
        }

        Frame cut(int size) {
            byte[] piece = body;
            if (size < body.length) {
                piece = new byte[size];
                System.arraycopy(body, sent, piece, 0, size);
            }
            sent += size;
            return new Frame(type, left() > 0 ? Frame.MORE : 0, id, piece);
        }
    }

    private final Deque<Message> messages = new ArrayDeque<>();
    private int messageBytes;
    private final Map<Priority, Set<LinkStream>> turns = new EnumMap<>(Priority.class);
    private @Nullable String closed;
    private final Runnable filled;
    private final Shaper.Share share;

    /** For a thread that waits in {@link #take}; data leaves as its share of the whole permits. */
    Outbox(Shaper.Share share) {
        this(() -> {}, share);
    }

    /** The same without limits. */
    Outbox() {
        this(() -> {});
    }

    /** Runs {@code filled} whenever there is something to send: for those who {@link #poll}. */
    Outbox(Runnable filled) {
        this(filled, Shaper.free());
    }

    private Outbox(Runnable filled, Shaper.Share share) {
        this.filled = filled;
        this.share = share;
        for (Priority priority : Priority.values()) {
            turns.put(priority, new LinkedHashSet<>());
        }
    }

    /** Queues a message, which may leave in several frames; never blocks. */
    void message(Frame.Type type, int id, byte[] body) throws IOException {
        synchronized (this) {
            if (closed != null) {
                throw new IOException(closed);
            }
            if (messages.size() >= MAX_MESSAGES || messageBytes + body.length > MAX_MESSAGE_BYTES) {
                throw new IOException("the link is flooded");
            }
            messages.add(new Message(type, id, body));
            messageBytes += body.length;
            notifyAll();
        }
        filled.run();
    }

    /** A stream has something to send. */
    void ready(LinkStream stream) {
        synchronized (this) {
            turns(stream).add(stream);
            notifyAll();
        }
        filled.run();
    }

    private Set<LinkStream> turns(LinkStream stream) {
        Set<LinkStream> waiting = turns.get(stream.priority());
        if (waiting == null) {
            throw new IllegalStateException("a priority without a queue");
        }
        return waiting;
    }

    /**
     * The next frame; waits for one.
     *
     * @param room bytes that it may have, header included
     * @throws IOException once the outbox is closed and all messages have left
     */
    Frame take(int room) throws IOException, InterruptedException {
        while (true) {
            synchronized (this) {
                for (long nanos = waitNanos(); nanos != 0; nanos = waitNanos()) {
                    if (closed != null) {
                        throw new IOException(closed);
                    }
                    TimeUnit.NANOSECONDS.timedWait(this, nanos);
                }
            }
            Frame next = poll(room, true);
            if (next != null) {
                return next;
            }
        }
    }

    /** The next frame, or null if there is none now that fits. */
    @Nullable
    Frame poll(int room) {
        return poll(room, false);
    }

    private @Nullable Frame poll(int room, boolean first) {
        int payload = Math.min(Frame.MAX_PAYLOAD, room - Frame.HEADER_BYTES);
        Turn turn;
        synchronized (this) {
            if (!messages.isEmpty()) {
                return message(payload, first);
            }
            turn = payload > 0 && waitNanos() == 0 ? next(Math.min(payload, share.frameBytes())) : null;
        }
        if (turn == null) {
            return null;
        }
        share.sent(turn.frame.encodedBytes());
        turn.stream.sent(turn.frame);
        return turn.frame;
    }

    private @Nullable Frame message(int payload, boolean first) {
        Message message = messages.element();
        int left = message.left();
        int size = left > payload && message.type.mayBeCut() ? Math.max(payload, 0) : left;
        if (!first && (size > payload || size < Math.min(left, 1))) {
            return null;
        }
        messageBytes -= size;
        Frame frame = message.cut(size);
        if (message.left() == 0) {
            messages.remove();
        }
        share.sent(frame.encodedBytes());
        return frame;
    }

    private record Turn(LinkStream stream, Frame frame) {}

    private @Nullable Turn next(int payload) {
        for (Set<LinkStream> waiting : turns.values()) {
            while (!waiting.isEmpty() && closed == null) {
                Iterator<LinkStream> first = waiting.iterator();
                LinkStream stream = first.next();
                first.remove();
                Frame frame = stream.next(payload);
                if (frame != null) {
                    if (stream.hasNext()) {
                        waiting.add(stream);
                    }
                    return new Turn(stream, frame);
                }
            }
        }
        return null;
    }

    /** How long until something may leave, as far as is known now; 0 if it may at once. */
    private long waitNanos() {
        if (!messages.isEmpty()) {
            return 0;
        }
        if (closed == null) {
            for (Map.Entry<Priority, Set<LinkStream>> waiting : turns.entrySet()) {
                if (!waiting.getValue().isEmpty()) {
                    return share.upWaitNanos(waiting.getKey());
                }
            }
        }
        return Long.MAX_VALUE;
    }

    /** Lets the messages still leave, and nothing else in. */
    synchronized void close(String reason) {
        if (closed == null) {
            closed = reason;
            turns.values().forEach(Set::clear);
            notifyAll();
        }
    }
}
