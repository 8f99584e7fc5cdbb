package dev.tandem.xmpp.link;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.Carrier;
import dev.tandem.xmpp.direct.Addresses;
import dev.tandem.xmpp.direct.Candidate;
import dev.tandem.xmpp.direct.DirectPort;
import dev.tandem.xmpp.direct.Neighbours;
import dev.tandem.xmpp.direct.PortMapping;
import dev.tandem.xmpp.direct.Race;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Links without a server in between. Each end tells the other over the link that they have where it may be dialled;
 * both try; the end with the lower id takes the first connection on which the other has proven itself, and closes the
 * rest.
 *
 * <p>A direct link that is lost is tried again, each time a little later. The lock guards the table of devices; nothing
 * blocks under it.
 */
final class DirectLinks implements Closeable {
    /** The request that tells candidates, one a line. */
    static final String SERVICE = "direct";

    private static final Logger LOG = LoggerFactory.getLogger(DirectLinks.class);
    private static final Duration ANSWER = Duration.ofMinutes(1);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(2);
    private static final int MAX_DOUBLINGS = 8;

    /** A link that lived this long was a good one: the next is tried soon. */
    private static final Duration STABLE = Duration.ofMinutes(1);

    /** How often this device looks whether its own addresses have changed. */
    private static final Duration LOOK = Duration.ofSeconds(30);

    private static final int MAX_TEXT = 2000;

    /** What is known of one device. */
    private static final class Peer {
        /** Where it says itself that it is. */
        List<Candidate> told = List.of();

        /** Where it was heard to be, on this network. */
        List<Candidate> near = List.of();

        /** Greeting it on a connection that was chosen. */
        boolean chosen;

        int failures;

        @Nullable
        CompletableFuture<Link> race;

        @Nullable
        ScheduledFuture<?> retry;

        List<Candidate> candidates() {
            return Stream.concat(near.stream(), told.stream())
                    .distinct()
                    .limit(Addresses.MAX)
                    .toList();
        }
    }

    private final Handshakes handshakes;
    private final LinkTable table;
    private final Predicate<DeviceId> pinned;
    private final ExecutorService workers;
    private final ScheduledExecutorService timers;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final boolean loopback;
    private final DirectPort port;
    private volatile @Nullable PortMapping mapping;
    private volatile @Nullable Neighbours neighbours;
    private final ScheduledFuture<?> looking;
    private final Object lock = new Object();
    private final Map<DeviceId, Peer> peers = new LinkedHashMap<>();
    private List<Candidate> own = List.of();
    private List<Candidate> onInterfaces = List.of();
    private Optional<InetSocketAddress> external = Optional.empty();
    private boolean closed;

    /**
     * Listens.
     *
     * @param preferred a port; another is taken where it is not free
     * @param reach whom to meet
     */
    DirectLinks(
            Handshakes handshakes,
            LinkTable table,
            Predicate<DeviceId> pinned,
            ExecutorService workers,
            ScheduledExecutorService timers,
            ThreadFactory threads,
            Ticker ticker,
            RandomGenerator random,
            int preferred,
            Reach reach)
            throws IOException {
        this.handshakes = handshakes;
        this.table = table;
        this.pinned = pinned;
        this.workers = workers;
        this.timers = timers;
        this.ticker = ticker;
        this.random = random;
        loopback = reach == Reach.MACHINE;
        port = listen(preferred, threads);
        looking = timers.scheduleWithFixedDelay(
                () -> onWorker(this::look), LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
        look();
    }

    private DirectPort listen(int preferred, ThreadFactory threads) throws IOException {
        try {
            return DirectPort.open(preferred, this::accepted, timers, threads, ticker);
        } catch (IOException taken) {
            LOG.debug("port {} cannot be had", preferred, taken);
            return DirectPort.open(0, this::accepted, timers, threads, ticker);
        }
    }

    int port() {
        return port.port();
    }

    /** Has a gateway forward connections, and listens to who else is on this network. */
    void lookAround(DeviceId me) {
        mapping = PortMapping.start(port.port(), PortMapping.Gateways.ofThisNetwork(), timers, workers, this::external);
        neighbours = Neighbours.start(me, port.port(), new Near(), timers, workers);
    }

    /** What is heard on this network. */
    private final class Near implements Neighbours.Listener {
        @Override
        public void found(DeviceId device, List<Candidate> at) {
            synchronized (lock) {
                Peer peer = peers.computeIfAbsent(device, unknown -> new Peer());
                peer.near = at;
                peer.failures = 0;
                tryNow(device, peer);
            }
        }

        @Override
        public void lost(DeviceId device) {
            synchronized (lock) {
                Peer peer = peers.get(device);
                if (peer != null) {
                    peer.near = List.of();
                }
                if (!pinned.test(device)) {
                    peers.remove(device);
                }
            }
        }
    }

    // ---- telling each other

    /** Somebody may have been paired who was heard on this network before. */
    void pinsChanged() {
        synchronized (lock) {
            peers.forEach(this::tryNow);
        }
    }

    /** There is a way to tell a device where to dial. */
    void linked(DeviceId device) {
        synchronized (lock) {
            peers.computeIfAbsent(device, unknown -> new Peer()).failures = 0;
        }
        tell(device);
    }

    private void tell(DeviceId device) {
        String text;
        synchronized (lock) {
            text = String.join("\n", own.stream().map(Candidate::toString).toList());
        }
        Optional<Link> link = table.best(device);
        if (link.isPresent()) {
            var unused = link.get()
                    .multiplexer()
                    .request(SERVICE, text.getBytes(StandardCharsets.UTF_8), ANSWER)
                    .exceptionally(failure -> {
                        LOG.debug("{} did not hear where to dial", device.brief(), failure);
                        return new byte[0];
                    });
        }
    }

    /** A device tells where it may be dialled. */
    CompletableFuture<byte[]> told(DeviceId from, byte[] body) throws IOException {
        if (body.length > MAX_TEXT) {
            throw new IOException("too many addresses");
        }
        List<String> lines = new String(body, StandardCharsets.UTF_8).lines().toList();
        synchronized (lock) {
            Peer peer = peers.computeIfAbsent(from, unknown -> new Peer());
            peer.told = Addresses.of(lines, loopback);
            tryNow(from, peer);
        }
        return CompletableFuture.completedFuture(new byte[0]);
    }

    /** Where a gateway forwards connections from. */
    private void external(Optional<InetSocketAddress> address) {
        synchronized (lock) {
            external = address;
        }
        onWorker(this::look);
    }

    /** If there is something new to tell about this device's own addresses, tells it. */
    private void look() {
        Optional<InetSocketAddress> outside;
        synchronized (lock) {
            outside = external;
        }
        try {
            List<Candidate> now = Addresses.own(port.port(), loopback, outside);
            List<Candidate> inside = Addresses.own(port.port(), loopback, Optional.empty());
            boolean changed;
            boolean moved;
            synchronized (lock) {
                changed = !now.equals(own);
                own = now;
                moved = !inside.equals(onInterfaces);
                onInterfaces = inside;
            }
            if (changed) {
                LOG.debug("this device may be dialled at {}", now);
                table.devices().forEach(this::tell);
            }
            PortMapping gateway = mapping;
            if (moved && gateway != null) {
                gateway.networkChanged(); // perhaps there is another one now
            }
        } catch (SocketException unknown) {
            LOG.debug("this device's addresses cannot be read", unknown);
        }
    }

    // ---- trying

    /** Dials unless that is pointless now; the lock is held. */
    private void tryNow(DeviceId device, Peer peer) {
        boolean linked = table.get(device, true).isPresent();
        List<Candidate> candidates = peer.candidates();
        if (closed || linked || peer.race != null || candidates.isEmpty() || !pinned.test(device)) {
            return;
        }
        if (peer.retry != null) {
            peer.retry.cancel(false);
            peer.retry = null;
        }
        CompletableFuture<Link> race = Race.start(
                candidates,
                port::connect,
                carrier -> establish(carrier, device::equals, true),
                workers,
                timers,
                ticker);
        peer.race = race;
        var unused = race.whenComplete((link, failure) -> raced(device, peer, race, failure));
    }

    private void raced(DeviceId device, Peer peer, CompletableFuture<Link> race, @Nullable Throwable failure) {
        synchronized (lock) {
            if (peer.race == race) {
                peer.race = null;
            }
            if (failure != null) {
                LOG.debug("no direct way to {} yet: {}", device.brief(), failure.getMessage());
                again(device, peer);
            }
        }
    }

    /** Tries again later; the lock is held. */
    private void again(DeviceId device, Peer peer) {
        if (closed || peer.retry != null || table.get(device, true).isPresent()) {
            return;
        }
        long wait = FIRST_RETRY.toMillis() << Math.min(peer.failures++, MAX_DOUBLINGS);
        try {
            peer.retry = timers.schedule(
                    () -> {
                        synchronized (lock) {
                            peer.retry = null;
                            tryNow(device, peer);
                        }
                    },
                    wait + random.nextLong(wait / 5 + 1),
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            LOG.debug("the daemon stops");
        }
    }

    private void accepted(Carrier carrier, InetSocketAddress from) {
        try {
            workers.execute(() -> {
                try {
                    establish(carrier, pinned, false);
                } catch (IOException failed) {
                    LOG.debug("nothing came of a connection from {}", from, failed);
                }
            });
        } catch (RejectedExecutionException closing) {
            carrier.close("the daemon stops");
        }
    }

    private Link establish(Carrier carrier, Predicate<DeviceId> expected, boolean client) throws IOException {
        DeviceId[] proven = new DeviceId[1];
        try {
            Link link = handshakes.establish(
                    carrier,
                    device -> {
                        proven[0] = device;
                        return expected.test(device);
                    },
                    client,
                    this::choose,
                    "");
            if (!pinned.test(link.device())) {
                link.multiplexer().goAway(Links.NOT_PAIRED); // revoked meanwhile
            }
            return link;
        } finally {
            if (!client) {
                port.adopted(carrier);
            }
            if (proven[0] != null) {
                release(proven[0]);
            }
        }
    }

    /** The end that leads takes one connection at a time, and none while it has one. */
    private boolean choose(DeviceId device) {
        synchronized (lock) {
            Peer peer = peers.computeIfAbsent(device, unknown -> new Peer());
            if (closed || peer.chosen || table.get(device, true).isPresent()) {
                return false;
            }
            peer.chosen = true;
            return true;
        }
    }

    private void release(DeviceId device) {
        synchronized (lock) {
            Peer peer = peers.get(device);
            if (peer != null) {
                peer.chosen = false;
            }
        }
    }

    /** A direct link is over. */
    void lost(Link link) {
        synchronized (lock) {
            Peer peer = peers.get(link.device());
            if (peer != null) {
                peer.failures = link.age().compareTo(STABLE) > 0 ? 0 : peer.failures;
                again(link.device(), peer);
            }
        }
    }

    private void onWorker(Runnable task) {
        try {
            workers.execute(task);
        } catch (RejectedExecutionException closing) {
            LOG.debug("the daemon stops");
        }
    }

    @Override
    public void close() {
        looking.cancel(false);
        List<CompletableFuture<Link>> racing;
        synchronized (lock) {
            closed = true;
            racing = peers.values().stream()
                    .flatMap(peer -> Optional.ofNullable(peer.race).stream())
                    .toList();
        }
        racing.forEach(race -> race.cancel(false));
        port.close();
        Neighbours near = neighbours;
        if (near != null) {
            near.close();
        }
        PortMapping gateway = mapping;
        if (gateway != null) {
            gateway.close();
        }
    }
}
