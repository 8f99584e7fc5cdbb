package dev.tandem.xmpp.direct;

import com.google.common.base.Ticker;
import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;
import dev.tandem.xmpp.carrier.Carrier;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes connections from other devices, on one TCP port of all interfaces.
 *
 * <p>Anybody may connect, so strangers are kept few: {@link #MAX_STRANGERS} connections that nobody has adopted, of
 * which {@link #MAX_PER_ADDRESS} from one address, each for at most {@link #ADOPTION}. More are closed at once. One
 * thread accepts; the lock guards the table of strangers.
 */
public final class DirectPort implements Closeable {
    static final int MAX_STRANGERS = 32;
    static final int MAX_PER_ADDRESS = 4;

    /** Ample for a TLS handshake of two slow devices. */
    static final Duration ADOPTION = Duration.ofSeconds(15);

    private static final int BACKLOG = 64;
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(DirectPort.class);

    /** Who takes the connections. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Somebody connected; called on the accepting thread, so it must hand the carrier on. The carrier is closed
         * unless {@link #adopted} is called for it within {@link #ADOPTION}.
         *
         * @param from whoever claims to be there
         */
        void accepted(Carrier carrier, InetSocketAddress from);
    }

    private record Stranger(InetAddress address, ScheduledFuture<?> deadline) {}

    private final ServerSocket server;
    private final Listener listener;
    private final ScheduledExecutorService timers;
    private final Ticker ticker;
    private final Dialer dialer;
    private volatile @Nullable Thread accepting;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Object lock = new Object();
    private final Map<Carrier, Stranger> strangers = new HashMap<>();
    private final Multiset<InetAddress> perAddress = HashMultiset.create();

    private DirectPort(ServerSocket server, Listener listener, ScheduledExecutorService timers, Ticker ticker) {
        this.server = server;
        this.listener = listener;
        this.timers = timers;
        this.ticker = ticker;
        dialer = SocketCarrier.dialer(timers, ticker);
    }

    /**
     * Listens.
     *
     * @param port 0 for any that is free
     * @throws java.net.BindException if the port is taken or may not be used
     */
    public static DirectPort open(
            int port, Listener listener, ScheduledExecutorService timers, ThreadFactory threads, Ticker ticker)
            throws IOException {
        ServerSocket server = new ServerSocket();
        try {
            server.setReuseAddress(true); // or a restarted daemon would have to wait for its old connections
            server.bind(new InetSocketAddress(port), BACKLOG);
        } catch (IOException taken) {
            server.close();
            throw taken;
        }
        DirectPort direct = new DirectPort(server, listener, timers, ticker);
        Thread accepting = threads.newThread(direct::run);
        direct.accepting = accepting;
        accepting.start();
        return direct;
    }

    /** Where it listens. */
    public int port() {
        return server.getLocalPort();
    }

    /** Dials, blocking for at most the timeout. */
    public Carrier connect(InetSocketAddress address, Duration timeout) throws IOException {
        return dialer.connect(address, timeout);
    }

    /** The other end has proven who it is: its connection no longer counts among the strangers'. */
    public void adopted(Carrier carrier) {
        forget(carrier);
    }

    private void run() {
        try {
            acceptAll();
        } finally {
            ended.countDown();
        }
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                accept(server.accept());
            } catch (IOException failed) {
                if (!server.isClosed()) {
                    LOG.debug("a connection could not be taken", failed);
                    pause();
                }
            }
        }
    }

    /** Out of files or memory: a moment later it may be better. */
    private void pause() {
        try {
            if (closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("closed while pausing");
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            close();
        }
    }

    private void accept(Socket socket) throws IOException {
        if (!(socket.getRemoteSocketAddress() instanceof InetSocketAddress from) || !hasRoom(from.getAddress())) {
            socket.close();
            return;
        }
        Carrier[] self = new Carrier[1];
        Carrier carrier;
        try {
            carrier = new SocketCarrier(socket, timers, ticker, () -> forget(self[0]));
            self[0] = carrier;
            remember(carrier, from.getAddress());
        } catch (IOException gone) {
            LOG.debug("a connection went before it was taken", gone);
            return;
        }
        try {
            listener.accepted(carrier, from);
        } catch (RuntimeException refused) {
            LOG.debug("nobody takes the connection from {}", from, refused);
            carrier.close("nobody takes connections");
        }
    }

    private boolean hasRoom(InetAddress from) {
        synchronized (lock) {
            return strangers.size() < MAX_STRANGERS && perAddress.count(from) < MAX_PER_ADDRESS;
        }
    }

    private void remember(Carrier carrier, InetAddress from) throws IOException {
        try {
            ScheduledFuture<?> deadline = timers.schedule(
                    () -> carrier.close("the other end did not say who it is"),
                    ADOPTION.toMillis(),
                    TimeUnit.MILLISECONDS);
            synchronized (lock) {
                strangers.put(carrier, new Stranger(from, deadline));
                perAddress.add(from);
            }
        } catch (RejectedExecutionException stopping) {
            carrier.close("the daemon stops");
            throw new IOException("the daemon stops", stopping);
        }
    }

    private void forget(Carrier carrier) {
        synchronized (lock) {
            Stranger stranger = strangers.remove(carrier);
            if (stranger != null) {
                perAddress.remove(stranger.address());
                stranger.deadline().cancel(false);
            }
        }
    }

    /** Takes no more connections and closes those that nobody has adopted; the port is free afterwards. */
    @Override
    public void close() {
        closed.countDown();
        try {
            server.close();
        } catch (IOException closing) {
            LOG.debug("the direct port did not close cleanly", closing);
        }
        List<Carrier> left;
        synchronized (lock) {
            left = List.copyOf(strangers.keySet());
        }
        left.forEach(carrier -> carrier.close("the daemon stops"));
        awaitEnd();
    }

    /** The system keeps the port for as long as a thread is in {@code accept}, which is not long now. */
    private void awaitEnd() {
        try {
            if (Thread.currentThread() != accepting && !ended.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("the accepting thread takes its time");
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
