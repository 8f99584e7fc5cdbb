package dev.tandem.xmpp.testing;

import dev.tandem.xmpp.carrier.Carrier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntPredicate;

/** Two carriers joined in memory; can be cut after a number of bytes, and remembers what went over it. */
public final class PipeCarrier implements Carrier {
    private static final int MAX_QUEUED = 1 << 20;

    private final Deque<byte[]> arrived = new ArrayDeque<>();
    private int largest;
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
    private PipeCarrier other;
    private byte[] reading = {};
    private int readAt;
    private int queued;
    private String closed;
    private volatile IntPredicate cutAfter = bytes -> false;

    private PipeCarrier() {}

    /** Both ends. */
    public static PipeCarrier[] pair() {
        PipeCarrier one = new PipeCarrier();
        PipeCarrier two = new PipeCarrier();
        one.other = two;
        two.other = one;
        return new PipeCarrier[] {one, two};
    }

    /** Breaks the connection as soon as that many bytes have been written at this end. */
    public void cutAfter(int bytes) {
        cutAfter = written -> written >= bytes;
    }

    /** The most that was written at this end in one go. */
    public synchronized int largestWrite() {
        return largest;
    }

    /** All that was written at this end. */
    public synchronized byte[] written() {
        return seen.toByteArray();
    }

    @Override
    public int messageBytes() {
        return 4096;
    }

    @Override
    public String kind() {
        return "in-band";
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        byte[] copy = new byte[length];
        System.arraycopy(bytes, offset, copy, 0, length);
        synchronized (this) {
            seen.write(bytes, offset, length);
            largest = Math.max(largest, length);
            if (cutAfter.test(seen.size())) {
                closed = "cut";
            }
        }
        if (closed != null) {
            other.fail(closed);
            throw new IOException(closed);
        }
        other.deliver(copy);
    }

    private synchronized void deliver(byte[] bytes) throws IOException {
        while (queued > MAX_QUEUED && closed == null) {
            pause();
        }
        arrived.add(bytes);
        queued += bytes.length;
        notifyAll();
    }

    private synchronized void fail(String reason) {
        if (closed == null) {
            closed = reason;
        }
        notifyAll();
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) throws IOException {
        while (readAt == reading.length && arrived.isEmpty()) {
            if (closed != null) {
                return -1;
            }
            pause();
        }
        if (readAt == reading.length) {
            reading = arrived.remove();
            queued -= reading.length;
            readAt = 0;
            notifyAll();
        }
        int read = Math.min(length, reading.length - readAt);
        System.arraycopy(reading, readAt, into, offset, read);
        readAt += read;
        return read;
    }

    @SuppressWarnings("WaitNotInLoop") // every caller loops
    private synchronized void pause() throws InterruptedIOException {
        try {
            wait();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    @Override
    public void close(String reason) {
        fail(reason);
        other.fail(reason);
    }
}
