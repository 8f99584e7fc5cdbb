package dev.tandem.xmpp.carrier;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.account.DeviceAddress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One session with one device, as messages. The lock guards everything; messages are handed out to be sent, never sent,
 * under it.
 */
final class InBandCarrier implements Carrier {
    private static final long SILENCE_NANOS = Duration.ofMinutes(2).toNanos();
    private static final long AWAY_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long ACKNOWLEDGE_NANOS = Duration.ofMillis(20).toNanos();

    /** Where messages go, and who is told that the session is over. */
    interface Outlet {
        void send(InBandCarrier carrier, Chunk chunk);

        void ended(InBandCarrier carrier);
    }

    final DeviceAddress peer;
    final String session;
    private final Outlet outlet;
    private final Ticker ticker;
    private final Object lock = new Object();
    private final Sender sender = new Sender();
    private final Receiver receiver = new Receiver();
    private byte[] reading = {};
    private int readAt;
    private @Nullable String closedBecause;
    private boolean ending;
    private long heardNanos;
    private long waitingSinceNanos;
    private long acknowledgeAtNanos = Long.MAX_VALUE;
    private long awaySinceNanos = Long.MAX_VALUE;
    private long endingSinceNanos;

    InBandCarrier(DeviceAddress peer, String session, Outlet outlet, Ticker ticker) {
        this.peer = peer;
        this.session = session;
        this.outlet = outlet;
        this.ticker = ticker;
        heardNanos = ticker.read();
        waitingSinceNanos = heardNanos;
    }

    @Override
    public int messageBytes() {
        return Chunk.MAX_CONTENT;
    }

    @Override
    public String kind() {
        return "in-band";
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        List<Chunk> out = new ArrayList<>();
        synchronized (lock) {
            for (int from = offset; from < offset + length; from += Chunk.MAX_CONTENT) {
                int size = Math.min(Chunk.MAX_CONTENT, offset + length - from);
                while (sender.isFull() && closedBecause == null) {
                    flush(out);
                    waitHere();
                }
                failIfClosed();
                byte[] piece = new byte[size];
                System.arraycopy(bytes, from, piece, 0, size);
                if (sender.isDrained()) {
                    waitingSinceNanos = ticker.read();
                }
                sender.write(piece);
            }
            collect(out);
        }
        out.forEach(chunk -> outlet.send(this, chunk));
    }

    /** Hands out what has been collected while the writer waits; the lock is held, sending only queues. */
    private void flush(List<Chunk> out) {
        collect(out);
        out.forEach(chunk -> outlet.send(this, chunk));
        out.clear();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Chunk room = null;
        int read;
        synchronized (lock) {
            while (readAt == reading.length && receiver.isEmpty()) {
                if (receiver.isAtEnd()) {
                    return -1;
                }
                failIfClosed();
                waitHere();
            }
            if (readAt == reading.length) {
                reading = receiver.take();
                readAt = 0;
                if (receiver.hasNewRoom()) {
                    room = acknowledgement();
                }
            }
            read = Math.min(length, reading.length - readAt);
            System.arraycopy(reading, readAt, into, offset, read);
            readAt += read;
        }
        if (room != null) {
            outlet.send(this, room);
        }
        return read;
    }

    @SuppressWarnings("WaitNotInLoop") // every caller loops
    private void waitHere() throws InterruptedIOException {
        try {
            lock.wait();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the other device");
        }
    }

    private void failIfClosed() throws IOException {
        if (closedBecause != null) {
            throw new IOException(closedBecause);
        }
        if (ending) {
            throw new IOException("the carrier is closed");
        }
    }

    /** A message of this session arrived. */
    void received(Chunk chunk) {
        List<Chunk> out = new ArrayList<>();
        synchronized (lock) {
            if (closedBecause != null) {
                return;
            }
            long now = ticker.read();
            heardNanos = now;
            waitingSinceNanos = now;
            sender.acknowledged(chunk.acknowledged(), chunk.window(), chunk.sequence() > 0, now);
            if (chunk.sequence() > 0) {
                boolean atOnce = receiver.accept(ending ? chunk.withoutContent() : chunk);
                if (atOnce) {
                    out.add(acknowledgement());
                } else if (acknowledgeAtNanos == Long.MAX_VALUE) {
                    acknowledgeAtNanos = now + ACKNOWLEDGE_NANOS;
                }
            }
            collect(out);
            if (ending && sender.isDrained()) {
                finish("closed");
            }
            lock.notifyAll();
        }
        out.forEach(message -> outlet.send(this, message));
    }

    /** What time alone brings about; returns when to look again, {@link Long#MAX_VALUE} for never. */
    long tick() {
        List<Chunk> out = new ArrayList<>();
        long next;
        synchronized (lock) {
            if (closedBecause != null) {
                return Long.MAX_VALUE;
            }
            long now = ticker.read();
            if (!sender.isDrained() && now - waitingSinceNanos > SILENCE_NANOS) {
                finish("the other device has been silent for two minutes");
            } else if (awaySinceNanos != Long.MAX_VALUE && now - awaySinceNanos > AWAY_NANOS) {
                finish("the other device went offline");
            } else if (ending && now - endingSinceNanos > SILENCE_NANOS) {
                finish("the other device did not take the end within two minutes");
            }
            if (acknowledgeAtNanos <= now && receiver.owesAcknowledgement()) {
                out.add(acknowledgement());
            }
            collect(out);
            next = Math.min(sender.nextNanos(), acknowledgeAtNanos);
        }
        out.forEach(message -> outlet.send(this, message));
        return next;
    }

    /** The device's presence: while it is away for a moment the session stays, and goes on where it was. */
    void presence(boolean available) {
        synchronized (lock) {
            if (!available) {
                awaySinceNanos = Math.min(awaySinceNanos, ticker.read());
            } else if (awaySinceNanos != Long.MAX_VALUE) {
                awaySinceNanos = Long.MAX_VALUE;
                sender.resend();
            }
        }
    }

    private void collect(List<Chunk> out) {
        for (Sender.Piece piece : sender.poll(ticker.read())) {
            out.add(new Chunk(
                    session,
                    piece.sequence(),
                    receiver.acknowledged(),
                    receiver.room(),
                    piece.last(),
                    piece.content()));
            acknowledged();
        }
    }

    private Chunk acknowledgement() {
        acknowledged();
        return new Chunk(session, 0, receiver.acknowledged(), receiver.room(), false, new byte[0]);
    }

    private void acknowledged() {
        receiver.acknowledgementSent();
        acknowledgeAtNanos = Long.MAX_VALUE;
    }

    @Override
    public void close(String reason) {
        List<Chunk> out = new ArrayList<>();
        synchronized (lock) {
            if (closedBecause != null || ending) {
                return;
            }
            ending = true;
            endingSinceNanos = ticker.read();
            sender.end();
            collect(out);
            lock.notifyAll();
        }
        out.forEach(message -> outlet.send(this, message));
    }

    /** It is over, whatever was under way. */
    void fail(String reason) {
        synchronized (lock) {
            if (closedBecause == null) {
                finish(reason);
            }
        }
    }

    private void finish(String reason) {
        closedBecause = reason;
        lock.notifyAll();
        outlet.ended(this);
    }
}
