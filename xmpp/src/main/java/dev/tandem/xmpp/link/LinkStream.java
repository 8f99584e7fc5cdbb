package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceId;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Bytes both ways inside a link. Moves only what the reading end has given credit for, so a slow reader holds up nobody
 * else. One thread reads, one writes; {@link #reset} and {@link #close} may come from any.
 */
public final class LinkStream implements Closeable {
    /** What a sender may send before the reader has read any of it; per stream and direction. */
    static final int CREDIT_BYTES = 256 * 1024;

    private static final int CREDIT_STEP = CREDIT_BYTES / 4;

    private final Multiplexer link;
    private final int id;
    private final Object lock = new Object();
    private final Deque<byte[]> arrived = new ArrayDeque<>();
    private byte[] reading = {};
    private int readAt;
    private long mayArrive = CREDIT_BYTES;
    private int toCredit;
    private long maySend = CREDIT_BYTES;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean discarding;
    private @Nullable String failure;
    private Runnable ready = () -> {};

    LinkStream(Multiplexer link, int id) {
        this.link = link;
        this.id = id;
    }

    /** The device at the other end. */
    public DeviceId peer() {
        return link.peer();
    }

    /** What the other end sends; -1 after its end, an {@link IOException} with the reason after a reset. */
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
        int credit = 0;
        int read;
        synchronized (lock) {
            while (readAt == reading.length && arrived.isEmpty()) {
                if (failure != null) {
                    throw new IOException(failure);
                }
                if (inputEnded) {
                    return -1;
                }
                waitHere();
            }
            if (readAt == reading.length) {
                reading = arrived.remove();
                readAt = 0;
            }
            read = Math.min(length, reading.length - readAt);
            System.arraycopy(reading, readAt, into, offset, read);
            readAt += read;
            toCredit += read;
            if (toCredit >= CREDIT_STEP && !inputEnded) {
                credit = toCredit;
                mayArrive += credit;
                toCredit = 0;
            }
        }
        if (credit > 0) {
            byte[] amount = new byte[4];
            Frame.putInt(amount, 0, credit);
            link.control(new Frame(Frame.Type.CREDIT, 0, id, amount));
        }
        return read;
    }

    private void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        while (from < offset + length) {
            int size;
            synchronized (lock) {
                while (maySend == 0 && failure == null && !outputEnded) {
                    waitHere();
                }
                if (failure != null) {
                    throw new IOException(failure);
                }
                if (outputEnded) {
                    throw new IOException("the stream was ended");
                }
                size = (int) Math.min(Math.min(link.maxPayload(), maySend), offset + length - from);
                maySend -= size;
            }
            byte[] piece = new byte[size];
            System.arraycopy(bytes, from, piece, 0, size);
            link.bulk(new Frame(Frame.Type.DATA, 0, id, piece));
            from += size;
        }
    }

    @SuppressWarnings("WaitNotInLoop") // every caller loops
    private void waitHere() throws InterruptedIOException {
        try {
            lock.wait();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /** Nothing more will be written; what was written arrives. */
    public void end() throws IOException {
        synchronized (lock) {
            if (outputEnded || failure != null) {
                return;
            }
            outputEnded = true;
        }
        link.bulk(new Frame(Frame.Type.END, 0, id, new byte[0]));
        forgetIfOver();
    }

    /** Breaks the stream off at both ends; they hear the reason. Does nothing to a stream that is over. */
    public void reset(String reason) {
        if (fail(reason)) {
            link.resetStream(id, reason);
        }
    }

    /** Gives up whatever is not over yet: a stream whose output was not ended is reset, unread input is dropped. */
    @Override
    public void close() {
        boolean ended;
        synchronized (lock) {
            ended = outputEnded;
            discarding = true;
            arrived.clear();
        }
        if (!ended) {
            reset("closed");
        }
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
            return failure != null || outputEnded ? Long.MAX_VALUE : maySend;
        }
    }

    private void wakeUp() {
        Runnable listener;
        synchronized (lock) {
            lock.notifyAll();
            listener = ready;
        }
        listener.run();
    }

    // ---- from the link's reading thread, which must never wait

    /** Takes data in; says whether the sender kept to its credit. */
    boolean dataArrived(byte[] data) {
        synchronized (lock) {
            mayArrive -= data.length;
            if (mayArrive < 0 || inputEnded) {
                return false;
            }
            if (!discarding && data.length > 0) {
                arrived.add(data);
            }
        }
        wakeUp();
        return true;
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
            boolean over = inputEnded && outputEnded;
            if (failure != null || over) {
                return false;
            }
            failure = reason;
        }
        wakeUp();
        return true;
    }

    private void forgetIfOver() {
        boolean over;
        synchronized (lock) {
            over = inputEnded && outputEnded;
        }
        if (over) {
            link.forgetStream(id);
        }
    }
}
