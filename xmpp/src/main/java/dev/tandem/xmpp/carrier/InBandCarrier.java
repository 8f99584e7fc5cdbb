package dev.tandem.xmpp.carrier;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.account.DeviceAddress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One session with one device, as messages.
 *
 * <p>Two locks, always taken in this order: writers take turns, in the order in which they came, so that one write is
 * never inside another and a short one waits behind one other at most; and the state. The outlet is called under the
 * second, so that messages leave in order; it only queues.
 */
final class InBandCarrier implements Carrier {
    private static final long SILENCE_NANOS = Duration.ofMinutes(2).toNanos();
    private static final long AWAY_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long ACKNOWLEDGE_NANOS = Duration.ofMillis(20).toNanos();

    /** How long nothing is sent after the account could not take a message; cut short when it is back. */
    private static final long STALL_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long NEVER = Long.MAX_VALUE;

    /** Where messages go, who wakes us, and who is told that the session is over. Never blocks, never calls back. */
    interface Outlet {
        void send(InBandCarrier carrier, Chunk chunk);

        /** {@link InBandCarrier#wake} is to be called after that long. */
        void wakeAfter(InBandCarrier carrier, long nanos);

        void ended(InBandCarrier carrier);
    }

    final DeviceAddress peer;
    final String session;
    private final Outlet outlet;
    private final Ticker ticker;
    private final ReentrantLock turns = new ReentrantLock(true);
    private final Object lock = new Object();
    // all below is guarded by the lock
    private final Sender sender = new Sender();
    private final Receiver receiver = new Receiver();
    private byte[] reading = {};
    private int readAt;
    private @Nullable String closedBecause;
    private boolean ending;
    private long endingSinceNanos;
    private long waitingSinceNanos;
    private long acknowledgeAtNanos = NEVER;
    private long wakeAtNanos = NEVER;

    /** The peer's presence is gone; since when, as far as our own account was online. */
    private boolean away;

    private long awaySinceNanos = NEVER;

    /** Our own account has no connection. */
    private boolean offline;

    private long stalledUntilNanos;
    private Runnable whenOver = () -> {};

    InBandCarrier(DeviceAddress peer, String session, Outlet outlet, Ticker ticker) {
        this.peer = peer;
        this.session = session;
        this.outlet = outlet;
        this.ticker = ticker;
        waitingSinceNanos = ticker.read();
        stalledUntilNanos = waitingSinceNanos;
    }

    @Override
    public int messageBytes() {
        synchronized (lock) {
            return sender.messageBytes();
        }
    }

    @Override
    public String kind() {
        return "in-band";
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            turns.lockInterruptibly();
        } catch (InterruptedException stopping) {
            throw interrupted(stopping);
        }
        try {
            int from = offset;
            while (from < offset + length) {
                from += writeSome(bytes, from, offset + length - from);
            }
        } finally {
            turns.unlock();
        }
    }

    /** Waits until there is room for one message, and writes it. */
    private int writeSome(byte[] bytes, int from, int length) throws IOException {
        synchronized (lock) {
            failIfClosed();
            while (sender.isFull()) {
                waitHere();
                failIfClosed();
            }
            // in equal parts: small remainders would be all overhead
            int parts = Math.max(1, Math.round((float) length / sender.messageBytes()));
            byte[] piece = new byte[Math.min(Chunk.MAX_CONTENT, (length + parts - 1) / parts)];
            System.arraycopy(bytes, from, piece, 0, piece.length);
            long now = ticker.read();
            if (sender.isDrained()) {
                waitingSinceNanos = now;
            }
            sender.write(piece);
            flush(now);
            return piece.length;
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
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
                long now = ticker.read();
                if (closedBecause == null && receiver.hasNewRoom() && maySend(now)) {
                    acknowledge();
                }
            }
            int read = Math.min(length, reading.length - readAt);
            System.arraycopy(reading, readAt, into, offset, read);
            readAt += read;
            return read;
        }
    }

    @SuppressWarnings("WaitNotInLoop") // every caller loops
    private void waitHere() throws InterruptedIOException {
        try {
            lock.wait();
        } catch (InterruptedException stopping) {
            throw interrupted(stopping);
        }
    }

    private static InterruptedIOException interrupted(InterruptedException stopping) {
        Thread.currentThread().interrupt();
        InterruptedIOException told = new InterruptedIOException("interrupted while waiting for the other device");
        told.initCause(stopping);
        return told;
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
        synchronized (lock) {
            if (closedBecause != null) {
                return;
            }
            long now = ticker.read();
            waitingSinceNanos = now;
            if (away && !offline) {
                back(); // before its presence did
            }
            sender.acknowledged(chunk.acknowledged(), chunk.window(), chunk.sequence() > 0, chunk.held(), now);
            boolean atOnce = false;
            if (chunk.sequence() > 0) {
                atOnce = receiver.accept(ending ? chunk.withoutContent() : chunk);
                acknowledgeAtNanos = Math.min(acknowledgeAtNanos, now + ACKNOWLEDGE_NANOS);
            }
            flush(now);
            if (atOnce && acknowledgeAtNanos != NEVER && maySend(now)) {
                acknowledge();
            }
            if (ending && sender.isDrained()) {
                finish("closed");
            }
            lock.notifyAll();
        }
    }

    /** What time alone brings about. */
    void wake() {
        synchronized (lock) {
            long now = ticker.read();
            if (closedBecause != null || now < wakeAtNanos) {
                return;
            }
            wakeAtNanos = NEVER;
            if (now >= silentAtNanos()) {
                finish("the other device has been silent for two minutes");
            } else if (now >= goneAtNanos()) {
                finish("the other device went offline");
            } else {
                if (acknowledgeAtNanos <= now && maySend(now)) {
                    acknowledge();
                }
                flush(now);
            }
        }
    }

    private long silentAtNanos() {
        long unanswered = sender.isDrained() ? NEVER : waitingSinceNanos + SILENCE_NANOS;
        // one that speaks but does not take the end is as good as silent
        return ending ? Math.min(unanswered, endingSinceNanos + SILENCE_NANOS) : unanswered;
    }

    private long goneAtNanos() {
        return awaySinceNanos == NEVER ? NEVER : awaySinceNanos + AWAY_NANOS;
    }

    /** The device's presence: while it is away for a moment the session stays, and goes on where it was. */
    void presence(boolean available) {
        synchronized (lock) {
            long now = ticker.read();
            if (available && away) {
                back();
                acknowledge();
            } else if (!available && !away) {
                away = true;
                awaySinceNanos = offline ? NEVER : now;
            }
            flush(now);
        }
    }

    /** The device is there again, and what was on its way to where it was before is lost. */
    private void back() {
        away = false;
        awaySinceNanos = NEVER;
        sender.resend();
    }

    /** Our own account lost its connection: that the device is gone then says nothing of the device. */
    void signedOut() {
        synchronized (lock) {
            offline = true;
            awaySinceNanos = NEVER;
        }
    }

    /** Our own account is back; unless its stream was resumed, the device has to show itself again. */
    void signedIn() {
        synchronized (lock) {
            long now = ticker.read();
            offline = false;
            stalledUntilNanos = now;
            if (away) {
                awaySinceNanos = now;
            } else if (closedBecause == null) {
                sender.resumed(now);
                acknowledge();
            }
            flush(now);
        }
    }

    /** The account could not take this message. */
    void notSent(Chunk chunk) {
        synchronized (lock) {
            long now = ticker.read();
            stalledUntilNanos = now + STALL_NANOS;
            if (chunk.sequence() > 0) {
                sender.unsent(chunk.sequence());
            }
            acknowledgeAtNanos = Math.min(acknowledgeAtNanos, stalledUntilNanos);
            flush(now);
        }
    }

    private boolean maySend(long now) {
        return !offline && !away && now >= stalledUntilNanos;
    }

    /** Sends what may be sent now, and sees to being woken when there will be more to do. */
    private void flush(long now) {
        if (closedBecause != null) {
            return;
        }
        long next = Math.min(silentAtNanos(), goneAtNanos());
        if (maySend(now)) {
            for (Sender.Piece piece : sender.poll(now)) {
                send(piece.sequence(), piece.last(), piece.content());
            }
            next = Math.min(next, Math.min(sender.nextNanos(), acknowledgeAtNanos));
        } else if (!offline && !away) {
            next = Math.min(next, stalledUntilNanos);
        }
        if (next < wakeAtNanos || wakeAtNanos <= now) { // or the one that was asked for is late
            wakeAtNanos = next;
            outlet.wakeAfter(this, next - now);
        }
    }

    private void acknowledge() {
        send(0, false, new byte[0]);
    }

    private void send(long sequence, boolean last, byte[] content) {
        outlet.send(
                this,
                new Chunk(session, sequence, receiver.acknowledged(), receiver.room(), receiver.held(), last, content));
        receiver.acknowledgementSent();
        acknowledgeAtNanos = NEVER;
    }

    @Override
    public void close(String reason) {
        synchronized (lock) {
            if (closedBecause != null || ending) {
                return;
            }
            ending = true;
            long now = ticker.read();
            endingSinceNanos = now;
            if (sender.isDrained()) {
                waitingSinceNanos = now;
            }
            sender.end();
            flush(now);
            lock.notifyAll();
        }
    }

    /**
     * Whether it has been closed here, but not all that was written before has been acknowledged yet.
     *
     * @param whenOver is run, if so, once that is the case, or it is over for another reason; must not block
     */
    boolean isEnding(Runnable whenOver) {
        synchronized (lock) {
            boolean is = ending && closedBecause == null;
            this.whenOver = is ? whenOver : this.whenOver;
            return is;
        }
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
        whenOver.run();
    }
}
