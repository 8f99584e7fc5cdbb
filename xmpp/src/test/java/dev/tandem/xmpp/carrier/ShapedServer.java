package dev.tandem.xmpp.carrier;

import dev.tandem.xmpp.testing.VirtualTime;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One client's way into a server that shapes, on virtual time: stanzas wait in the socket's buffer, the server reads
 * some bytes of it, handles the stanzas that are complete, and then reads nothing for as long as it has read too much.
 *
 * <p>Both servers that we know work like this: Prosody 0.12 (net.server_epoll, {@code setlimit}: no burst) and ejabberd
 * (p1_shaper: a credit that grows up to a burst size).
 */
final class ShapedServer {
    private record Waiting(long untilBytes, Runnable delivered) {}

    private final VirtualTime time;
    private final double bytesPerSecond;
    private final double burstBytes;
    private final int readBytes;
    private final long oneWayNanos;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long written;
    private long read;
    private double credit;
    private long creditAtNanos;
    private boolean reading;

    /** Infinite {@code bytesPerSecond} for none. */
    ShapedServer(VirtualTime time, double bytesPerSecond, double burstBytes, int readBytes, long oneWayMillis) {
        this.time = time;
        this.bytesPerSecond = bytesPerSecond;
        this.burstBytes = burstBytes;
        this.readBytes = readBytes;
        this.oneWayNanos = oneWayMillis * 1_000_000;
        credit = burstBytes;
    }

    static ShapedServer prosody(VirtualTime time, double bytesPerSecond) {
        return new ShapedServer(time, bytesPerSecond, 0, 8192, 2);
    }

    static ShapedServer ejabberd(VirtualTime time, double bytesPerSecond, long oneWayMillis) {
        return new ShapedServer(time, bytesPerSecond, 20_000, 65_536, oneWayMillis);
    }

    /** A stanza of that size is written to the socket; {@code delivered} runs at the other client. */
    void send(int bytes, Runnable delivered) {
        written += bytes;
        waiting.add(new Waiting(written, delivered));
        if (!reading) {
            reading = true;
            time.at(time.nanos() + oneWayNanos, this::readSome);
        }
    }

    /** All bytes that the server has read. */
    long read() {
        return read;
    }

    private void readSome() {
        long now = time.nanos();
        credit = Math.min(burstBytes, credit + (now - creditAtNanos) * bytesPerSecond / 1e9);
        creditAtNanos = now;
        long some = Math.min(readBytes, written - read);
        read += some;
        credit -= some;
        while (!waiting.isEmpty() && waiting.element().untilBytes <= read) {
            time.at(now + oneWayNanos, waiting.remove().delivered);
        }
        if (read == written && credit >= 0) {
            reading = false;
        } else if (credit < 0) {
            long pause = (long) (-credit * 1e9 / bytesPerSecond);
            time.at(now + Math.max(1, pause), read == written ? this::readLater : this::readSome);
        } else {
            time.at(now + 1, this::readSome);
        }
    }

    private void readLater() {
        reading = false;
        if (read < written) {
            reading = true;
            readSome();
        }
    }
}
