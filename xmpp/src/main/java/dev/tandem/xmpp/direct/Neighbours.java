package dev.tandem.xmpp.direct;

import com.google.common.util.concurrent.MoreExecutors;
import dev.tandem.xmpp.account.DeviceId;
import java.io.Closeable;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the local network where this device listens, and hears where others do (mDNS, RFC 6762; DNS-SD, RFC 6763).
 *
 * <p>What is announced is the device's fingerprint and port under a name made of the fingerprint, and nothing of the
 * machine or the person. What is heard is only worth a try: anybody can announce anything. Each network interface has a
 * responder of its own; they come and go with the interfaces, which are looked at every {@link #LOOK}. All of it
 * happens on the executor; the lock guards the table and the troubles, and nothing blocks or calls out under it.
 */
public final class Neighbours implements Closeable {
    /** How late an interface may be noticed. */
    static final Duration LOOK = Duration.ofSeconds(5);

    /** Bridges of containers and virtual machines multiply. */
    private static final int MAX_NETWORKS = 16;

    private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);

    /** Who is told, in order, on the executor. */
    public interface Listener {
        /** A device may be near; called again whenever where it may be has changed. Never for this device itself. */
        void found(DeviceId device, List<Candidate> at);

        /** It has said goodbye, or has not been heard for its time. */
        void lost(DeviceId device);
    }

    /** What an announcement says, before anything of it is believed. */
    record Announcement(String name, String id, String version, int port, List<InetAddress> addresses) {}

    /** What is heard on one interface. */
    interface Ears {
        void heard(Announcement announcement);

        void withdrawn(String name);

        /** Nothing will be heard any more; it has to be opened anew. */
        void deaf();
    }

    /** Announces and listens on one interface until it is closed. */
    interface Responders {
        Closeable open(InetAddress on, DeviceId me, int port, Ears ears) throws IOException;
    }

    /** The address of each network to speak on, by the interface's name. */
    @FunctionalInterface
    interface Networks {
        Map<String, InetAddress> now() throws SocketException;
    }

    private final DeviceId me;
    private final int port;
    private final Listener listener;
    private final Responders responders;
    private final Networks networks;
    private final Executor executor;
    private final Executor work;
    private final Executor events;
    private final ScheduledFuture<?> looking;
    private final Object lock = new Object();
    private final NeighbourTable table = new NeighbourTable();
    private final Map<String, String> troubles = new LinkedHashMap<>();
    private boolean closed;

    private record Open(InetAddress on, Closeable responder) {}

    /** Of the {@link #work} executor only. */
    private final Map<String, Open> open = new HashMap<>();

    private Neighbours(
            DeviceId me,
            int port,
            Listener listener,
            Responders responders,
            Networks networks,
            ScheduledExecutorService timers,
            Executor executor) {
        this.me = me;
        this.port = port;
        this.listener = listener;
        this.responders = responders;
        this.networks = networks;
        this.executor = executor;
        work = MoreExecutors.newSequentialExecutor(executor);
        events = MoreExecutors.newSequentialExecutor(executor);
        looking = timers.scheduleWithFixedDelay(this::lookSoon, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Begins announcing and listening; returns at once.
     *
     * @param port where this device takes connections
     * @param executor may block for seconds
     */
    public static Neighbours start(
            DeviceId me, int port, Listener listener, ScheduledExecutorService timers, Executor executor) {
        return start(me, port, listener, new MulticastDns(), Neighbours::multicastNetworks, timers, executor);
    }

    static Neighbours start(
            DeviceId me,
            int port,
            Listener listener,
            Responders responders,
            Networks networks,
            ScheduledExecutorService timers,
            Executor executor) {
        return new Neighbours(me, port, listener, responders, networks, timers, executor);
    }

    /** Why nothing is heard on some network, by interface; empty when all is well. */
    public Map<String, String> troubles() {
        synchronized (lock) {
            return Map.copyOf(troubles);
        }
    }

    // ---- the interfaces

    private void lookSoon() {
        try {
            work.execute(this::look);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("the network is not looked at any more", stopping);
            if (isClosed()) {
                look(); // responders have threads of their own, which must not outlive this
            }
        }
    }

    private void look() {
        Map<String, InetAddress> wanted;
        try {
            wanted = isClosed() ? Map.of() : networks.now();
            trouble("", null);
        } catch (SocketException unknown) {
            trouble("", unknown.getMessage());
            return;
        }
        Map.copyOf(open).forEach((network, is) -> {
            if (!is.on().equals(wanted.get(network))) {
                shut(network);
            }
        });
        wanted.forEach((network, address) -> {
            if (!open.containsKey(network) && open.size() < MAX_NETWORKS) {
                openOn(network, address);
            }
        });
    }

    private void openOn(String network, InetAddress address) {
        try {
            open.put(network, new Open(address, responders.open(address, me, port, new FromNetwork(network, address))));
            trouble(network, null);
        } catch (IOException failed) {
            trouble(network, failed.getMessage());
        }
    }

    private void shut(String network) {
        Open over = open.remove(network);
        if (over != null) {
            Runnable close = () -> close(network, over.responder());
            try {
                executor.execute(close); // takes seconds where no goodbye can be sent
            } catch (RejectedExecutionException stopping) {
                close.run();
            }
        }
        synchronized (lock) {
            table.left(network).forEach(this::tell);
        }
    }

    private static void close(String network, Closeable responder) {
        try {
            responder.close();
        } catch (IOException closing) {
            LOG.debug("mDNS on {} did not end cleanly", network, closing);
        }
    }

    /** The responder of that address has given up: it is opened anew at the next look. */
    private void deaf(String network, InetAddress address) {
        Open is = open.get(network);
        if (is != null && is.on().equals(address)) {
            trouble(network, "the connection to the network was lost");
            shut(network);
        }
    }

    private void trouble(String network, @Nullable String why) {
        synchronized (lock) {
            if (why == null) {
                troubles.remove(network);
            } else if (!why.equals(troubles.put(network, why))) {
                LOG.debug("no mDNS on {}: {}", network, why);
            }
        }
    }

    private boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    /** One address of each interface on which many can be reached: IPv4 where there is one, because all speak it. */
    static Map<String, InetAddress> multicastNetworks() throws SocketException {
        Map<String, InetAddress> networks = new LinkedHashMap<>();
        for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
            if (each.isUp() && each.supportsMulticast() && !each.isLoopback()) {
                each.inetAddresses()
                        .min(Comparator.comparingInt(Neighbours::rank))
                        .ifPresent(address -> networks.put(each.getName(), address));
            }
        }
        return networks;
    }

    private static int rank(InetAddress address) {
        return (address instanceof Inet4Address ? 0 : 2) + (address.isLinkLocalAddress() ? 1 : 0);
    }

    // ---- what is heard

    private final class FromNetwork implements Ears {
        private final String network;
        private final InetAddress address;

        FromNetwork(String network, InetAddress address) {
            this.network = network;
            this.address = address;
        }

        @Override
        public void deaf() {
            try {
                work.execute(() -> Neighbours.this.deaf(network, address));
            } catch (RejectedExecutionException stopping) {
                LOG.debug("the network is not looked at any more", stopping);
            }
        }

        @Override
        public void heard(Announcement said) {
            Optional<DeviceId> device = device(said);
            List<Candidate> at = candidates(said);
            synchronized (lock) {
                if (device.isPresent() && !device.get().equals(me) && !closed) {
                    table.announced(new NeighbourTable.Source(network, said.name()), device.get(), at)
                            .forEach(Neighbours.this::tell);
                }
            }
        }

        @Override
        public void withdrawn(String name) {
            synchronized (lock) {
                table.withdrawn(new NeighbourTable.Source(network, name)).ifPresent(Neighbours.this::tell);
            }
        }

        private Optional<DeviceId> device(Announcement said) {
            try {
                return said.version().equals("1") && said.name().length() <= 63 // a label of DNS
                        ? Optional.of(new DeviceId(said.id()))
                        : Optional.empty();
            } catch (IllegalArgumentException malformed) {
                LOG.debug("a malformed announcement on {}", network, malformed);
                return Optional.empty();
            }
        }

        private List<Candidate> candidates(Announcement said) {
            List<Candidate> candidates = new ArrayList<>();
            if (said.port() >= 1 && said.port() <= 65_535) {
                for (InetAddress address : said.addresses()) {
                    if (Candidate.isUnicast(address) && !address.isLoopbackAddress()) {
                        candidates.add(Candidate.of(scoped(address), said.port()));
                    }
                }
            }
            return candidates;
        }

        /** A link-local address is one of the network on which it was heard. */
        private InetAddress scoped(InetAddress address) {
            try {
                NetworkInterface here = NetworkInterface.getByName(network);
                return address instanceof Inet6Address && address.isLinkLocalAddress() && here != null
                        ? Inet6Address.getByAddress(null, address.getAddress(), here)
                        : address;
            } catch (IOException gone) {
                LOG.debug("{} went away", network, gone);
                return address;
            }
        }
    }

    /** Queues what the listener is to hear; the lock is held, so that it hears it in order. */
    private void tell(NeighbourTable.Change change) {
        try {
            events.execute(() -> {
                if (change.at().isEmpty()) {
                    listener.lost(change.device());
                } else {
                    listener.found(change.device(), change.at());
                }
            });
        } catch (RejectedExecutionException stopping) {
            LOG.debug("nobody hears of neighbours any more", stopping);
        }
    }

    /** Says goodbye to the network, soon; returns at once. */
    @Override
    public void close() {
        looking.cancel(false);
        synchronized (lock) {
            closed = true;
        }
        lookSoon();
    }
}
