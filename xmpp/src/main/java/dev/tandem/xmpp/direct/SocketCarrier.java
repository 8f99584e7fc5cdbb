package dev.tandem.xmpp.direct;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.carrier.Carrier;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketOption;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection to another device. Whose device that is, is for the handshake to find out.
 *
 * <p>A peer that takes nothing for {@link #STALLED} loses the connection, so that no writer waits for ever on a closed
 * window. A connection that dies while nobody writes is noticed by TCP's keep-alive after a minute.
 */
public final class SocketCarrier implements Carrier {
    /** How long one {@link #messageBytes} piece may take to leave; less than 1 kB/s is as good as nothing. */
    static final Duration STALLED = Duration.ofSeconds(20);

    /** TLS's largest plain record and what TLS 1.3 adds to it: 5 bytes of header, a type and a 16-byte tag. */
    private static final int MESSAGE_BYTES = 16 * 1024 + 22;

    private static final int KEEP_ALIVE_AFTER_SECONDS = 30;
    private static final int KEEP_ALIVE_EVERY_SECONDS = 10;
    private static final int KEEP_ALIVE_PROBES = 3;
    private static final Logger LOG = LoggerFactory.getLogger(SocketCarrier.class);

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final ScheduledExecutorService timers;
    private final Ticker ticker;
    private final Runnable whenClosed;
    private final Object writing = new Object();
    private final AtomicReference<@Nullable String> closed = new AtomicReference<>();
    /** Whether a check for a stalled write is scheduled. */
    private final AtomicBoolean watched = new AtomicBoolean();
    /** Whether a write is under way; set after {@link #writingSince}. */
    private volatile boolean busy;

    private volatile long writingSince;

    /**
     * Takes over a connected socket; whoever makes the carrier no longer closes the socket.
     *
     * @param timers where stalled writes are noticed
     * @param whenClosed runs once, on the thread that closes; must not block
     * @throws IOException if the connection is gone already; the socket is closed then
     */
    SocketCarrier(Socket socket, ScheduledExecutorService timers, Ticker ticker, Runnable whenClosed)
            throws IOException {
        this.socket = socket;
        this.timers = timers;
        this.ticker = ticker;
        this.whenClosed = whenClosed;
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            option(ExtendedSocketOptions.TCP_KEEPIDLE, KEEP_ALIVE_AFTER_SECONDS);
            option(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEP_ALIVE_EVERY_SECONDS);
            option(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEP_ALIVE_PROBES);
            in = socket.getInputStream();
            out = socket.getOutputStream();
        } catch (IOException gone) {
            socket.close();
            throw gone;
        }
    }

    private void option(SocketOption<Integer> option, int value) throws IOException {
        if (socket.supportedOptions().contains(option)) {
            socket.setOption(option, value);
        }
    }

    /** Makes carriers by dialling; each call blocks for at most its timeout. */
    public static Dialer dialer(ScheduledExecutorService timers, Ticker ticker) {
        return (address, timeout) -> connect(address, timeout, timers, ticker);
    }

    private static Carrier connect(
            InetSocketAddress address, Duration timeout, ScheduledExecutorService timers, Ticker ticker)
            throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(address, (int) Math.max(1, timeout.toMillis()));
        } catch (IOException failed) {
            socket.close();
            throw new IOException("cannot connect to " + Candidate.of(address) + ": " + words(failed), failed);
        }
        return new SocketCarrier(socket, timers, ticker, () -> {});
    }

    private static String words(IOException failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    @Override
    public int messageBytes() {
        return MESSAGE_BYTES;
    }

    @Override
    public String kind() {
        return "direct";
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        synchronized (writing) {
            int end = offset + length;
            for (int at = offset; at < end; at += MESSAGE_BYTES) {
                piece(bytes, at, Math.min(MESSAGE_BYTES, end - at));
            }
        }
    }

    private void piece(byte[] bytes, int offset, int length) throws IOException {
        writingSince = ticker.read();
        busy = true;
        watch();
        try {
            out.write(bytes, offset, length);
        } catch (IOException broken) {
            throw ended(broken);
        } finally {
            busy = false;
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        try {
            return in.read(into, offset, length);
        } catch (IOException broken) {
            throw ended(broken);
        }
    }

    /** The first reason counts: what a closed socket says about itself helps nobody. */
    private IOException ended(IOException broken) {
        close("the direct connection broke: " + words(broken));
        return new IOException(closed.get(), broken);
    }

    /** Sees to it that a write that does not end is noticed; costs nothing while a check is under way. */
    private void watch() throws IOException {
        if (!watched.get() && watched.compareAndSet(false, true)) {
            try {
                checkAfter(STALLED.toNanos());
            } catch (RejectedExecutionException stopping) {
                throw ended(new IOException("the daemon stops", stopping));
            }
        }
    }

    private void checkAfter(long nanos) {
        var unused = timers.schedule(this::check, nanos, TimeUnit.NANOSECONDS);
    }

    private void check() {
        if (closed.get() != null) {
            return;
        }
        if (busy) {
            long left = STALLED.toNanos() - (ticker.read() - writingSince);
            if (left <= 0) {
                stalled();
            } else {
                checkAfter(left);
            }
            return;
        }
        watched.set(false);
        // a write that began in between has found a check scheduled that is over now
        if (busy && watched.compareAndSet(false, true)) {
            checkAfter(STALLED.toNanos());
        }
    }

    private void stalled() {
        try {
            // what the peer does not take is not worth keeping in the kernel
            socket.setSoLinger(true, 0);
        } catch (IOException closing) {
            LOG.debug("a stalled connection was closed already", closing);
        }
        close("the other device took nothing for " + STALLED.toSeconds() + " s");
    }

    @Override
    public void close(String reason) {
        if (!closed.compareAndSet(null, reason)) {
            return;
        }
        try {
            socket.close();
        } catch (IOException closing) {
            LOG.debug("a direct connection did not close cleanly", closing);
        }
        whenClosed.run();
    }
}
