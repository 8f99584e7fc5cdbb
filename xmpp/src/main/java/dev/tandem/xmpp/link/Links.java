package dev.tandem.xmpp.link;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.CarrierListener;
import dev.tandem.xmpp.carrier.CarrierSource;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The links to all paired devices, made as soon as a device can be reached and made anew when they break: through an
 * account, and directly where there is a way. Any thread.
 */
public final class Links implements Closeable {
    static final String NOT_PAIRED = "not paired with this device any more";

    private static final Duration GOODBYE = Duration.ofSeconds(1);

    private final Predicate<DeviceId> pinned;
    private final ScheduledExecutorService timers;
    private final ThreadFactory threads;
    private final RandomGenerator random;
    private final Ticker ticker = Ticker.systemTicker();
    private final Counters counters = new Counters();
    private final Shaper shaper = new Shaper(ticker);
    private final ExecutorService workers;
    private final ExecutorService requestWorkers;
    private final ExecutorService events;
    private final Services services;
    private final LinkTable table;
    private final Handshakes handshakes;
    private final InBandLinks inBand;
    private volatile @Nullable DirectLinks direct;

    /**
     * No links yet.
     *
     * @param name what peers call this device
     * @param pinned which devices are paired
     */
    public Links(
            DeviceIdentity me,
            String name,
            Predicate<DeviceId> pinned,
            LinkListener listener,
            ScheduledExecutorService timers,
            ThreadFactory threads,
            InstantSource clock,
            RandomGenerator random) {
        this.pinned = pinned;
        this.timers = timers;
        this.threads = threads;
        this.random = random;
        workers = Workers.unbounded(threads);
        requestWorkers = Workers.requests(threads);
        events = Workers.inOrder(threads);
        services = new Services(requestWorkers, ticker::read);
        table = new LinkTable(listener, events);
        Hello hello = new Hello(HexFormat.of().toHexDigits(random.nextLong()), name);
        handshakes = new Handshakes(me, hello, services, table, workers, timers, ticker, counters, shaper, this::lost);
        inBand = new InBandLinks(
                handshakes, table, pinned, new Refusals(clock), listener, workers, timers, random, this::linked);
    }

    /** Answers requests under that name; register before the first link. */
    public void register(String service, RequestHandler handler) {
        services.register(service, handler);
    }

    /** Takes streams under that name, and says how urgent they are at both ends; register before the first link. */
    public void registerStream(String service, Priority priority, StreamHandler handler) {
        services.register(service, priority, handler);
    }

    /** Takes streams under that name; register before the first link. */
    public void registerStream(String service, StreamHandler handler) {
        registerStream(service, Priority.NORMAL, handler);
    }

    /** Adds an account's carriers; {@code opener} makes them, given who listens to them. */
    public CarrierSource attach(Function<CarrierListener, CarrierSource> opener) {
        return inBand.attach(opener);
    }

    /** Forgets an account's carriers; links over them end when their carriers do. */
    public void detach(CarrierSource source) {
        inBand.detach(source);
    }

    /**
     * Lets devices connect directly from now on; once.
     *
     * @param preferred the port to listen on; another is taken where it is not free
     * @param reach whom to meet
     * @return the port
     * @throws IOException if no port can be had: then this device can do without
     */
    public int openDirect(int preferred, Reach reach) throws IOException {
        DirectLinks opened =
                new DirectLinks(handshakes, table, pinned, workers, timers, threads, ticker, random, preferred, reach);
        register(DirectLinks.SERVICE, opened::told);
        direct = opened;
        if (reach == Reach.NETWORK) {
            opened.lookAround(handshakes.me());
        }
        table.devices().forEach(opened::linked);
        return opened.port();
    }

    /** Where other devices may connect; empty if they may not. */
    public OptionalInt directPort() {
        DirectLinks directly = direct;
        return directly == null ? OptionalInt.empty() : OptionalInt.of(directly.port());
    }

    /** Greets with that name from now on; links that are up keep the former one. */
    public void rename(String name) {
        handshakes.rename(name);
    }

    /** A device was paired or revoked: links follow. */
    public void pinsChanged() {
        inBand.connectAll();
        DirectLinks directly = direct;
        if (directly != null) {
            directly.pinsChanged();
        }
        List<Link> revoked =
                table.all().stream().filter(link -> !pinned.test(link.device())).toList();
        revoked.forEach(link -> link.multiplexer().goAway(NOT_PAIRED));
    }

    private void linked(Link link) {
        if (!pinned.test(link.device())) {
            link.multiplexer().goAway(NOT_PAIRED); // revoked during the handshake, when there was no link to end yet
            return;
        }
        DirectLinks directly = direct;
        if (directly != null) {
            directly.linked(link.device());
        }
    }

    private void lost(Link link, String reason) {
        DirectLinks directly = direct;
        if (!link.isDirect()) {
            inBand.lost(link);
        } else if (directly != null) {
            directly.lost(link);
        }
    }

    /** The devices that can be reached now. */
    public Set<DeviceId> up() {
        return table.devices();
    }

    /** What is known of a device that can be reached now. */
    public Optional<PeerInfo> peer(DeviceId device) {
        return table.best(device).map(LinkTable::info);
    }

    /** How the links to a device do: the one that is used comes first; empty if it cannot be reached. */
    public List<LinkState> states(DeviceId device) {
        return table.best(device).stream()
                .flatMap(best -> table.all().stream()
                        .filter(link -> link.device().equals(device))
                        .sorted((one, two) -> Boolean.compare(two == best, one == best)))
                .map(Link::state)
                .toList();
    }

    /** How much all links together may move in a second, from now on. Only the data of streams ever waits for that. */
    public void limit(Rates rates) {
        shaper.limit(rates);
    }

    /** What has been sent since the start. */
    public Traffic traffic() {
        return counters.sum();
    }

    /**
     * Asks a device; fails at once if it cannot be reached, and after {@code deadline} if it does not answer.
     * Cancelling the answer tells the device that it is not wanted any more.
     */
    public CompletableFuture<byte[]> request(DeviceId to, String service, byte[] body, Duration deadline) {
        Optional<Link> link = table.best(to);
        return link.isPresent()
                ? link.get().multiplexer().request(service, body, deadline)
                : CompletableFuture.failedFuture(notReachable(to));
    }

    /**
     * Opens a stream to a device.
     *
     * @param deadline by when the service over there must have taken it, or else it is reset
     */
    public LinkStream open(DeviceId to, String service, byte[] body, Duration deadline) throws IOException {
        return table.best(to).orElseThrow(() -> notReachable(to)).multiplexer().open(service, body, deadline);
    }

    /** Breaks the direct links, as a network may: for tests. */
    void cutDirect() {
        table.all().stream()
                .filter(Link::isDirect)
                .toList()
                .forEach(link -> link.multiplexer().end("the direct connection was cut"));
    }

    private static IOException notReachable(DeviceId device) {
        return new IOException("the device " + device.brief() + " cannot be reached");
    }

    /** Ends all links, saying goodbye; waits a second at most until that is said. */
    @Override
    public void close() {
        inBand.close();
        DirectLinks directly = direct;
        if (directly != null) {
            directly.close();
        }
        table.close();
        List<Link> open = table.all();
        open.forEach(link -> link.multiplexer().goAway("the other device's daemon stops"));
        long until = ticker.read() + GOODBYE.toNanos();
        try {
            for (Link link : open) {
                if (!link.awaitWritten(Duration.ofNanos(until - ticker.read()))) {
                    break;
                }
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        workers.shutdown();
        requestWorkers.shutdownNow();
        events.shutdown();
    }
}
