package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceId;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bytes both ways inside a link. Moves only what the reading end has given credit for, so a slow reader holds up nobody
 * else. One thread reads, one writes; {@link #reset} and {@link #close} may come from any, and end both.
 */
public final class LinkStream implements Closeable {
    /** Written and not yet sent: enough that the link's writer does not wait for ours. */
    static final int MAX_QUEUED = 256 * 1024;

    private static final int SMALL = 1024;

    /** Who reads a window in less time is quick, and may have a larger one. */
    private static final Duration QUICK = Duration.ofSeconds(1);

    private final Multiplexer link;
    private final int id;
    private final Priority priority;
    private final Object lock = new Object();
    private final Deque<byte[]> arrived = new ArrayDeque<>();
    private final Leaving leaving = new Leaving();
    /** Of the reading thread only, as {@link #readAt}. */
    private byte[] reading = {};

    private int readAt;
    private int window = Windows.FIRST;
    private long mayArrive = Windows.FIRST;
    private int toCredit;
    private int readOfWindow;
    private long windowSinceNanos;
    private long maySend = Windows.FIRST;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean endSent;
    private boolean closed;
    private boolean forgotten;
    private @Nullable String failure;
    private Runnable ready = () -> {};

    LinkStream(Multiplexer link, int id, Priority priority) {
        this.link = link;
        this.id = id;
        this.priority = priority;
        windowSinceNanos = link.nanos();
    }

    /** The device at the other end. */
    public DeviceId peer() {
        return link.peer();
    }

    Priority priority() {
        return priority;
    }

    /**
     * What the other end sends; -1 after its end, whatever came of the other direction, and an {@link IOException} with
     * the reason after a reset, once what had arrived was read.
     */
    public InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return LinkStream.this.read(into, offset, length);
            }
        };
    }

    /** What the other end will read; each write leaves at once. */
    public OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                LinkStream.this.write(bytes, offset, length);
            }
        };
    }

    private int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0; // as InputStream promises, and readNBytes relies on
        }
        if (readAt == reading.length && !awaitPiece()) {
            return -1;
        }
        int read = Math.min(length, reading.length - readAt);
        System.arraycopy(reading, readAt, into, offset, read);
        readAt += read;
        if (readAt < reading.length) {
            return read;
        }
        int credit;
        synchronized (lock) {
            credit = inputEnded || failure != null ? 0 : creditFor(reading.length);
        }
        if (credit > 0) {
            link.message(Frame.Type.CREDIT, id, credit(credit));
        }
        return read;
    }

    /** Waits for the next piece; false at the end. */
    private boolean awaitPiece() throws IOException {
        synchronized (lock) {
            while (true) {
                if (arrived.isEmpty()) {
                    if (inputEnded) {
                        return false;
                    }
                    if (failure != null) {
                        throw new IOException(failure);
                    }
                    waitHere(0);
                    continue;
                }
                // what is not read gets no credit: so the other end sends as slowly as is read here
                long nanos = failure == null ? link.share().downWaitNanos(priority) : 0;
                if (nanos == 0) {
                    break;
                }
                waitHere(nanos);
            }
            reading = arrived.remove();
            readAt = 0;
            link.share().received(reading.length);
            return true;
        }
    }

    /**
     * How much the other end may send on account of what was read; given a quarter of a window at a time, or half of a
     * large one, for whole pieces.
     */
    private int creditFor(int read) {
        toCredit += read;
        readOfWindow += read;
        if (toCredit < window / (window < Windows.LARGEST ? 4 : 2)) {
            return 0;
        }
        int credit = toCredit;
        toCredit = 0;
        if (readOfWindow >= window) {
            long now = link.nanos();
            if (now - windowSinceNanos < QUICK.toNanos()) {
                int more = link.windows().grow(window);
                window += more;
                credit += more;
            }
            windowSinceNanos = now;
            readOfWindow = 0;
        }
        mayArrive += credit;
        return credit;
    }

    private void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        while (from < offset + length) {
            boolean first;
            synchronized (lock) {
                while (room() == 0 && failure == null && !outputEnded) {
                    waitHere(0);
                }
                if (failure != null) {
                    throw new IOException(failure);
                }
                if (outputEnded) {
                    throw new IOException("the stream was ended");
                }
                int size = (int) Math.min(room(), offset + length - from);
                first = leaving.size() == 0;
                leaving.put(bytes, from, size);
                maySend -= size;
                from += size;
            }
            if (first) {
                link.ready(this); // while there is more, the outbox keeps it in mind by itself
            }
        }
    }

    private long room() {
        return Math.min(maySend, MAX_QUEUED - leaving.size());
    }

    /** For so long at most; 0 is for ever. */
    @SuppressWarnings("WaitNotInLoop") // every caller loops
    private void waitHere(long nanos) throws InterruptedIOException {
        try {
            if (nanos == 0) {
                lock.wait();
            } else {
                TimeUnit.NANOSECONDS.timedWait(lock, nanos);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /** Nothing more will be written; what was written arrives. */
    public void end() {
        synchronized (lock) {
            if (outputEnded || failure != null) {
                return;
            }
            outputEnded = true;
        }
        link.ready(this);
    }

    /** Breaks the stream off at both ends; they hear the reason. Does nothing to a stream that is over. */
    public void reset(String reason) {
        if (fail(reason)) {
            link.resetStream(id, reason);
        }
    }

    /**
     * Gives up whatever is not over: a stream whose output was not ended is reset; else what was written still leaves,
     * and what comes in from now on is dropped.
     */
    @Override
    public void close() {
        boolean ended;
        int unread = 0;
        synchronized (lock) {
            ended = outputEnded;
            closed = true;
            for (byte[] data : arrived) {
                unread += data.length;
            }
            arrived.clear();
        }
        if (!ended) {
            reset("closed");
        } else {
            dropped(unread);
        }
    }

    /** The other end need not wait until somebody reads what nobody will. */
    private void dropped(int bytes) {
        int credit;
        synchronized (lock) {
            credit = inputEnded || failure != null || bytes == 0 ? 0 : creditFor(bytes);
        }
        if (credit > 0) {
            link.messageQuietly(Frame.Type.CREDIT, id, credit(credit));
        }
    }

    private static byte[] credit(int amount) {
        byte[] bytes = new byte[4];
        Frame.putInt(bytes, 0, amount);
        return bytes;
    }

    // ---- for those who may not wait

    /** Runs when there may be more to read or more room to write, or the stream has failed; at most one at a time. */
    void whenReady(Runnable listener) {
        synchronized (lock) {
            ready = listener;
        }
    }

    /** Whether {@link #input} would return at once. */
    boolean isReadable() {
        synchronized (lock) {
            return readAt < reading.length || !arrived.isEmpty() || failure != null || inputEnded;
        }
    }

    /** How many bytes {@link #output} would take at once; failures come at once too. */
    long writable() {
        synchronized (lock) {
            return failure != null || outputEnded ? Long.MAX_VALUE : room();
        }
    }

    void wakeUp() {
        Runnable listener;
        synchronized (lock) {
            lock.notifyAll();
            listener = ready;
        }
        listener.run();
    }

    // ---- from the outbox

    /** The next frame of what was written, with at most so much payload; null if there is nothing to send. */
    @Nullable
    Frame next(int room) {
        synchronized (lock) {
            if (failure != null) {
                return null;
            }
            if (leaving.size() > 0) {
                return new Frame(Frame.Type.DATA, 0, id, leaving.take(room));
            }
            if (outputEnded && !endSent) {
                endSent = true;
                return new Frame(Frame.Type.END, 0, id, new byte[0]);
            }
            return null;
        }
    }

    boolean hasNext() {
        synchronized (lock) {
            return failure == null && (leaving.size() > 0 || (outputEnded && !endSent));
        }
    }

    /** A frame of it has left. Its writer is woken when half of a full queue has, because waking it costs a lot. */
    void sent(Frame frame) {
        if (frame.type() == Frame.Type.END) {
            forgetIfOver();
            return;
        }
        boolean half;
        synchronized (lock) {
            int left = leaving.size();
            half = left <= MAX_QUEUED / 2 && left + frame.payload().length > MAX_QUEUED / 2;
        }
        if (half) {
            wakeUp();
        }
    }

    // ---- from the link's reading thread, which must never wait

    /** Takes data in; says whether the sender kept to its credit. {@link #wakeUp} is to follow. */
    boolean dataArrived(byte[] data) {
        synchronized (lock) {
            mayArrive -= data.length;
            if (mayArrive < 0 || inputEnded) {
                return false;
            }
            if (data.length > 0 && failure == null && !closed) {
                keep(data);
                return true;
            }
        }
        dropped(data.length);
        return true;
    }

    /** Small pieces are put together: a peer that sends single bytes must not cost an object for each. */
    private void keep(byte[] data) {
        byte[] last = arrived.peekLast();
        if (last != null && last.length + data.length <= SMALL) {
            arrived.removeLast();
            byte[] both = new byte[last.length + data.length];
            System.arraycopy(last, 0, both, 0, last.length);
            System.arraycopy(data, 0, both, last.length, data.length);
            arrived.addLast(both);
        } else {
            arrived.addLast(data);
        }
    }

    void creditArrived(int amount) {
        synchronized (lock) {
            maySend += Math.max(0, amount);
        }
        wakeUp();
    }

    void endArrived() {
        synchronized (lock) {
            inputEnded = true;
        }
        wakeUp();
        forgetIfOver();
    }

    /** The first failure counts; says whether this was it. */
    boolean fail(String reason) {
        synchronized (lock) {
            if (failure != null || isOver()) {
                return false;
            }
            failure = reason;
            leaving.clear();
        }
        wakeUp();
        forget();
        return true;
    }

    private boolean isOver() {
        return inputEnded && endSent;
    }

    private void forgetIfOver() {
        boolean over;
        synchronized (lock) {
            over = isOver();
        }
        if (over) {
            link.forgetStream(id);
            forget();
        }
    }

    private void forget() {
        int had;
        synchronized (lock) {
            had = forgotten ? Windows.FIRST : window;
            forgotten = true;
        }
        link.windows().shrink(had);
    }
}
