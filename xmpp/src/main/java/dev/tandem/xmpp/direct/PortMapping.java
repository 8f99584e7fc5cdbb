package dev.tandem.xmpp.direct;

import com.google.common.util.concurrent.MoreExecutors;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a port of this device open at the gateway, where there is one that does such things: by NAT-PMP, else by UPnP.
 *
 * <p>All asking is done on the executor, one question at a time. Where no gateway answers, nothing is said and it is
 * asked again every {@link #RETRY}. The lock guards the fields; nothing blocks and no listener runs under it.
 */
public final class PortMapping implements Closeable {
    /** A gateway that restarted is found again, and one that appeared is found at all. */
    static final Duration RETRY = Duration.ofMinutes(10);

    /** What RFC 6886, section 3.3 recommends. */
    static final Duration LEASE = Duration.ofHours(2);

    private static final Duration SHORTEST_LEASE = Duration.ofMinutes(2);
    private static final Duration CLOSING = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(PortMapping.class);

    /** Where gateways are asked. */
    public interface Gateways {
        /** The protocols to try, best first; may read files but must not ask the network. */
        List<GatewayProtocol> now() throws IOException;

        /** Those of the network that this device is in. */
        static Gateways ofThisNetwork() {
            return () -> {
                List<GatewayProtocol> protocols = new ArrayList<>();
                Optional<InetAddress> gateway = DefaultGateway.find();
                gateway.ifPresent(address -> protocols.add(new NatPmp(new InetSocketAddress(address, NatPmp.PORT))));
                gateway.ifPresent(address -> protocols.add(new Upnp(Upnp.EVERYBODY)));
                return protocols;
            };
        }
    }

    private final int port;
    private final Gateways gateways;
    private final ScheduledExecutorService timers;
    private final Executor executor;
    private final Consumer<Optional<InetSocketAddress>> listener;
    private final Object lock = new Object();
    private GatewayProtocol.@Nullable Mapping mapping;
    private @Nullable ScheduledFuture<?> next;
    private boolean closed;

    private PortMapping(
            int port,
            Gateways gateways,
            ScheduledExecutorService timers,
            Executor executor,
            Consumer<Optional<InetSocketAddress>> listener) {
        this.port = port;
        this.gateways = gateways;
        this.timers = timers;
        this.executor = MoreExecutors.newSequentialExecutor(executor);
        this.listener = listener;
    }

    /**
     * Begins asking; returns at once.
     *
     * @param port where this device listens
     * @param executor may block; a question takes some seconds
     * @param listener hears, on the executor, where this device can be dialled from outside whenever that changes
     */
    public static PortMapping start(
            int port,
            Gateways gateways,
            ScheduledExecutorService timers,
            Executor executor,
            Consumer<Optional<InetSocketAddress>> listener) {
        PortMapping started = new PortMapping(port, gateways, timers, executor, listener);
        started.askNow();
        return started;
    }

    /** Where this device can be dialled from outside, if a gateway said so. */
    public Optional<InetSocketAddress> external() {
        synchronized (lock) {
            return Optional.ofNullable(mapping).map(GatewayProtocol.Mapping::external);
        }
    }

    /** Asks at once: another network may have another gateway. */
    public void networkChanged() {
        askNow();
    }

    private void askNow() {
        try {
            executor.execute(this::ask);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("no gateway is asked any more", stopping);
        }
    }

    private void ask() {
        GatewayProtocol.Mapping before;
        synchronized (lock) {
            if (closed) {
                return;
            }
            before = mapping;
        }
        GatewayProtocol.Mapping granted = askAll();
        synchronized (lock) {
            mapping = granted;
            if (next != null) {
                next.cancel(false);
            }
            next = closed ? null : timers.schedule(this::askNow, wait(granted).toMillis(), TimeUnit.MILLISECONDS);
        }
        Optional<InetSocketAddress> external = Optional.ofNullable(granted).map(GatewayProtocol.Mapping::external);
        if (!external.equals(Optional.ofNullable(before).map(GatewayProtocol.Mapping::external))) {
            LOG.debug("reached from outside at {}", external);
            listener.accept(external);
        }
    }

    /** Half of the lease (RFC 6886, section 3.3), however short a gateway makes it. */
    private static Duration wait(GatewayProtocol.@Nullable Mapping granted) {
        if (granted == null) {
            return RETRY;
        }
        Duration lease = granted.lease().compareTo(LEASE) > 0 ? LEASE : granted.lease();
        return (lease.compareTo(SHORTEST_LEASE) < 0 ? SHORTEST_LEASE : lease).dividedBy(2);
    }

    private GatewayProtocol.@Nullable Mapping askAll() {
        try {
            for (GatewayProtocol protocol : gateways.now()) {
                try {
                    GatewayProtocol.Mapping granted = protocol.map(port, LEASE);
                    if (Candidate.isUnicast(granted.external().getAddress())) {
                        return granted;
                    }
                    LOG.debug("a gateway without an address of its own: {}", granted.external());
                } catch (IOException silent) {
                    LOG.debug("no port mapping: {}", silent.getMessage());
                } catch (RuntimeException confused) {
                    // the UPnP library was not written for gateways that say what none should
                    LOG.debug("no port mapping", confused);
                }
            }
        } catch (IOException unreadable) {
            LOG.debug("the gateway cannot be known", unreadable);
        }
        return null;
    }

    /** Ends the mapping; waits for the gateway for at most a second. */
    @Override
    public void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            if (next != null) {
                next.cancel(false);
            }
        }
        CountDownLatch released = new CountDownLatch(1);
        try {
            executor.execute(() -> {
                release();
                released.countDown();
            });
            if (!released.await(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("the gateway takes its time; the mapping ends with its lease");
            }
        } catch (RejectedExecutionException stopping) {
            LOG.debug("the mapping ends with its lease", stopping);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private void release() {
        GatewayProtocol.Mapping left;
        synchronized (lock) {
            left = mapping;
            mapping = null;
        }
        if (left != null) {
            try {
                left.release();
            } catch (IOException silent) {
                LOG.debug("the mapping ends with its lease", silent);
            }
        }
    }
}
