package dev.tandem.xmpp.link;

import com.google.common.util.concurrent.MoreExecutors;
import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.Carrier;
import dev.tandem.xmpp.carrier.CarrierListener;
import dev.tandem.xmpp.carrier.CarrierSource;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links to all paired devices: at most one to each, made as soon as the device can be reached, made anew when it
 * breaks.
 *
 * <p>The device with the lower id opens the carrier; the other asks it to. A newer link takes the place of an older
 * one. The lock guards the table of devices; nothing blocks and no listener runs under it.
 */
public final class Links implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Links.class);
    /** Long enough for a server that many devices have just come to at once. */
    private static final Duration HANDSHAKE = Duration.ofSeconds(30);

    /**
     * Of our own at once: with fifty devices after a server's restart, all at once would be more than it relays in
     * time.
     */
    private static final int HANDSHAKES = 4;

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final int MAX_DOUBLINGS = 6;

    /** A request to open that was under way when the link came up asks for nothing new. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    private static final Duration REFUSAL_TOLD = Duration.ofHours(1);
    private static final int MAX_REFUSALS = 1000;

    /** What is known of one device. */
    private static final class Slot {
        final Map<String, Way> ways = new LinkedHashMap<>();

        @Nullable
        Link link;

        Instant linkSince = Instant.MIN;
        DeviceAddress address;
        boolean dialing;
        int failures;

        @Nullable
        ScheduledFuture<?> retry;

        Slot(DeviceAddress address) {
            this.address = address;
        }
    }

    /** One way to a device: an address, and the account that reaches it. */
    private record Way(CarrierSource source, DeviceAddress address) {}

    private final DeviceIdentity me;
    private final String name;
    private final Predicate<DeviceId> pinned;
    private final LinkListener listener;
    private final ScheduledExecutorService timers;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final ExecutorService workers;
    private final ExecutorService requestWorkers;
    private final ExecutorService events;
    private final Map<String, RequestHandler> requestHandlers = new ConcurrentHashMap<>();
    private final Map<String, StreamHandler> streamHandlers = new ConcurrentHashMap<>();
    private final Map<String, Instant> refusals = new ConcurrentHashMap<>();
    private final Object lock = new Object();
    private final Semaphore handshakes = new Semaphore(HANDSHAKES, true);
    private final Map<DeviceId, Slot> slots = new LinkedHashMap<>();
    private final Counters counters = new Counters();
    private boolean closed;

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
        this.me = me;
        this.name = name;
        this.pinned = pinned;
        this.listener = listener;
        this.timers = timers;
        this.clock = clock;
        this.random = random;
        workers = Workers.unbounded(threads);
        requestWorkers = Workers.requests(threads);
        events = Workers.inOrder(threads);
    }

    /** Answers requests under that name; register before the first link. */
    public void register(String service, RequestHandler handler) {
        requestHandlers.put(service, handler);
    }

    /** Takes streams under that name; register before the first link. */
    public void registerStream(String service, StreamHandler handler) {
        streamHandlers.put(service, handler);
    }

    /** Adds an account's carriers; {@code opener} makes them, given who listens to them. */
    public CarrierSource attach(Function<CarrierListener, CarrierSource> opener) {
        CompletableFuture<CarrierSource> made = new CompletableFuture<>();
        CarrierSource source = opener.apply(new FromCarriers(made));
        made.complete(source);
        return source;
    }

    /** Forgets an account's carriers; links over them end when their carriers do. */
    public void detach(CarrierSource source) {
        synchronized (lock) {
            slots.values().forEach(slot -> slot.ways.values().removeIf(way -> way.source == source));
        }
    }

    /** A device was paired or revoked: links follow. */
    public void pinsChanged() {
        Map<DeviceId, Link> revoked = new LinkedHashMap<>();
        synchronized (lock) {
            for (Map.Entry<DeviceId, Slot> slot : slots.entrySet()) {
                if (pinned.test(slot.getKey())) {
                    connect(slot.getKey(), slot.getValue());
                } else if (slot.getValue().link != null) {
                    revoked.put(slot.getKey(), slot.getValue().link);
                }
            }
        }
        revoked.values().forEach(link -> link.multiplexer().goAway("no longer paired"));
    }

    /** The devices that can be reached now. */
    public Set<DeviceId> up() {
        synchronized (lock) {
            return slots.entrySet().stream()
                    .filter(slot -> slot.getValue().link != null)
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toUnmodifiableSet());
        }
    }

    /** What is known of a device that can be reached now. */
    public Optional<PeerInfo> peer(DeviceId device) {
        synchronized (lock) {
            Slot slot = slots.get(device);
            return slot == null || slot.link == null ? Optional.empty() : Optional.of(info(slot, slot.link));
        }
    }

    private static PeerInfo info(Slot slot, Link link) {
        return new PeerInfo(link.peerName(), slot.address.bareJid(), link.carrierKind());
    }

    /** What has been sent since the start. */
    public Traffic traffic() {
        return counters.sum();
    }

    /** Asks a device; fails at once if it cannot be reached, and after {@code deadline} if it does not answer. */
    public CompletableFuture<byte[]> request(DeviceId to, String service, byte[] body, Duration deadline) {
        Optional<Link> link = link(to);
        return link.isPresent()
                ? link.get().multiplexer().request(service, body, deadline)
                : CompletableFuture.failedFuture(notReachable(to));
    }

    /** Opens a stream to a device. */
    public LinkStream open(DeviceId to, String service, byte[] body, Duration deadline) throws IOException {
        return link(to).orElseThrow(() -> notReachable(to)).multiplexer().open(service, body, deadline);
    }

    private Optional<Link> link(DeviceId device) {
        synchronized (lock) {
            Slot slot = slots.get(device);
            return slot == null ? Optional.empty() : Optional.ofNullable(slot.link);
        }
    }

    private static IOException notReachable(DeviceId device) {
        return new IOException("the device " + device.brief() + " cannot be reached");
    }

    // ---- making links

    private boolean opens(DeviceId peer) {
        return me.id().compareTo(peer) < 0;
    }

    /** Does what is this side's to do to get a link; the lock is held. */
    private void connect(DeviceId device, Slot slot) {
        if (closed || slot.link != null || slot.dialing || slot.ways.isEmpty() || !pinned.test(device)) {
            return;
        }
        if (slot.retry != null) {
            slot.retry.cancel(false);
            slot.retry = null;
        }
        Way way = slot.ways.values().iterator().next();
        slot.dialing = opens(device);
        try {
            workers.execute(() -> dial(device, way));
        } catch (RejectedExecutionException closing) {
            slot.dialing = false;
        }
    }

    private void dial(DeviceId device, Way way) {
        try {
            if (opens(device)) {
                open(way);
            } else {
                way.source.ask(way.address);
                again(device);
            }
        } catch (IOException failed) {
            LOG.debug("no link to {} yet", device.brief(), failed);
            synchronized (lock) {
                Slot slot = slots.get(device);
                if (slot != null) {
                    slot.dialing = false;
                }
            }
            again(device);
        }
    }

    private void open(Way way) throws IOException {
        try {
            handshakes.acquire();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            throw new IOException("closing", closing);
        }
        try {
            establish(way.source.open(way.address), way.address, true);
        } finally {
            handshakes.release();
        }
    }

    /** Tries again later, each time a little later, as long as there is no link. */
    private void again(DeviceId device) {
        synchronized (lock) {
            Slot slot = slots.get(device);
            if (slot == null || slot.link != null || closed || slot.ways.isEmpty()) {
                return;
            }
            long wait = FIRST_RETRY.toMillis() << Math.min(slot.failures++, MAX_DOUBLINGS);
            long jitter = random.nextLong(wait / 5 + 1);
            slot.retry = timers.schedule(
                    () -> {
                        synchronized (lock) {
                            slot.retry = null;
                            connect(device, slot);
                        }
                    },
                    wait + jitter,
                    TimeUnit.MILLISECONDS);
        }
    }

    /** Proves both ends to each other and makes the carrier a link; blocks for as long as that takes. */
    private void establish(Carrier carrier, DeviceAddress address, boolean client) throws IOException {
        ScheduledFuture<?> deadline = timers.schedule(
                () -> carrier.close("the handshake took too long"), HANDSHAKE.toMillis(), TimeUnit.MILLISECONDS);
        try {
            SecureChannel channel = SecureChannel.handshake(carrier, me, address.device(), client);
            String peerName = Link.greet(channel, name);
            Link link = link(channel, address, peerName, client);
            deadline.cancel(false);
            took(link, address);
            workers.execute(link::readAll);
            workers.execute(link::writeAll);
        } catch (IOException failed) {
            carrier.close("the handshake failed");
            throw failed;
        } finally {
            deadline.cancel(false);
        }
    }

    private Link link(SecureChannel channel, DeviceAddress address, String peerName, boolean client) {
        Serving serving = new Serving(address.device());
        Link link = new Link(
                peerName,
                channel,
                counters,
                outbox -> new Multiplexer(
                        address.device(), client, Link.maxPayload(channel), outbox, serving, clock, timers, counters));
        serving.link = link;
        return link;
    }

    private void took(Link link, DeviceAddress address) {
        Link older;
        synchronized (lock) {
            Slot slot = slots.computeIfAbsent(address.device(), device -> new Slot(address));
            older = slot.link;
            slot.link = link;
            slot.linkSince = clock.instant();
            slot.address = address;
            slot.dialing = false;
            slot.failures = 0;
            PeerInfo peer = info(slot, link);
            if (older == null) {
                tell(() -> listener.up(address.device(), peer));
            } else {
                tell(() -> {
                    listener.down(address.device(), "a newer connection took its place");
                    listener.up(address.device(), peer);
                });
            }
        }
        if (older != null) {
            older.multiplexer().end("a newer connection took its place");
        }
    }

    private void tell(Runnable event) {
        try {
            events.execute(event);
        } catch (RejectedExecutionException closing) {
            LOG.debug("nobody hears of links any more");
        }
    }

    private void refuse(DeviceAddress from, String reason) {
        Instant now = clock.instant();
        if (refusals.size() > MAX_REFUSALS) {
            refusals.values().removeIf(told -> told.plus(REFUSAL_TOLD).isBefore(now));
        }
        Instant told = refusals.putIfAbsent(from.device() + " " + reason, now);
        if (told == null || told.plus(REFUSAL_TOLD).isBefore(now)) {
            refusals.put(from.device() + " " + reason, now);
            tell(() -> listener.refused(from, reason));
        }
    }

    /** Ends all links, saying goodbye. */
    @Override
    public void close() {
        Map<DeviceId, Link> open = new LinkedHashMap<>();
        synchronized (lock) {
            closed = true;
            slots.forEach((device, slot) -> {
                if (slot.link != null) {
                    open.put(device, slot.link);
                }
            });
        }
        open.values().forEach(link -> link.multiplexer().goAway("the other device's daemon stops"));
        workers.shutdown();
        requestWorkers.shutdownNow();
        events.shutdown();
    }

    /** What the carriers of one account tell. */
    private final class FromCarriers implements CarrierListener {
        private final CompletableFuture<CarrierSource> source;

        FromCarriers(CompletableFuture<CarrierSource> source) {
            this.source = source;
        }

        @Override
        public void deviceAvailable(DeviceAddress address) {
            // the account may tell of devices before attach() has its source
            var unused = source.thenAccept(from -> {
                synchronized (lock) {
                    Slot slot = slots.computeIfAbsent(address.device(), device -> new Slot(address));
                    slot.ways.put(address.fullJid(), new Way(from, address));
                    slot.failures = 0;
                    connect(address.device(), slot);
                }
            });
        }

        @Override
        public void deviceUnavailable(DeviceAddress address) {
            synchronized (lock) {
                Slot slot = slots.get(address.device());
                if (slot != null) {
                    slot.ways.remove(address.fullJid());
                }
            }
        }

        @Override
        public void opened(DeviceAddress from, Carrier carrier) {
            if (!pinned.test(from.device())) {
                carrier.close("not paired");
                refuse(from, "it is not paired with this device");
                return;
            }
            if (opens(from.device())) {
                carrier.close("it is for the other device to open");
                return;
            }
            try {
                workers.execute(() -> {
                    try {
                        establish(carrier, from, false);
                    } catch (IOException failed) {
                        LOG.debug("a link from {} failed", from.fullJid(), failed);
                    }
                });
            } catch (RejectedExecutionException closing) {
                carrier.close("the daemon stops");
            }
        }

        @Override
        public void asked(DeviceAddress from) {
            if (!pinned.test(from.device())) {
                refuse(from, "it is not paired with this device");
                return;
            }
            if (!opens(from.device())) {
                return;
            }
            Link stale = null;
            synchronized (lock) {
                Slot slot = slots.get(from.device());
                if (slot == null) {
                    return;
                }
                if (slot.link != null && slot.linkSince.plus(FRESH).isBefore(clock.instant())) {
                    stale = slot.link; // whoever asks has none
                } else {
                    connect(from.device(), slot);
                }
            }
            if (stale != null) {
                stale.multiplexer().end("the other device has lost the link");
            }
        }
    }

    /** What one link asks for. Its inbox hands its peer's messages over one after the other, beside other links'. */
    private final class Serving implements Multiplexer.Host {
        private final DeviceId peer;
        private final Executor inbox = MoreExecutors.newSequentialExecutor(requestWorkers);
        private volatile @Nullable Link link;

        Serving(DeviceId peer) {
            this.peer = peer;
        }

        @Override
        public void requested(Call call, CompletableFuture<byte[]> answer) {
            RequestHandler handler = requestHandlers.get(call.service());
            if (handler == null) {
                answer.completeExceptionally(new IOException("no service is called " + call.service()));
                return;
            }
            try {
                inbox.execute(() -> answer(handler, call, answer));
            } catch (RejectedExecutionException closing) {
                answer.completeExceptionally(new IOException("the daemon stops"));
            }
        }

        private void answer(RequestHandler handler, Call call, CompletableFuture<byte[]> answer) {
            try {
                var unused = handler.handle(peer, call.body()).whenComplete((body, failure) -> {
                    if (failure == null) {
                        answer.complete(body);
                    } else {
                        answer.completeExceptionally(
                                failure instanceof CompletionException && failure.getCause() != null
                                        ? failure.getCause()
                                        : failure);
                    }
                });
            } catch (IOException refused) {
                answer.completeExceptionally(refused);
            } catch (RuntimeException bug) {
                LOG.error("the service {} failed", call.service(), bug);
                answer.completeExceptionally(new IOException("the service failed"));
            }
        }

        @Override
        public void opened(Call call, LinkStream stream) {
            StreamHandler handler = streamHandlers.get(call.service());
            if (handler == null) {
                stream.reset("no service is called " + call.service());
                return;
            }
            try {
                inbox.execute(() -> {
                    try {
                        handler.opened(peer, call.body(), stream);
                    } catch (IOException refused) {
                        stream.reset(String.valueOf(refused.getMessage()));
                    }
                });
            } catch (RejectedExecutionException closing) {
                stream.reset("the daemon stops");
            }
        }

        @Override
        public void ended(String reason) {
            synchronized (lock) {
                Slot slot = slots.get(peer);
                if (slot == null || slot.link == null || slot.link != link) {
                    return;
                }
                slot.link = null;
                tell(() -> listener.down(peer, reason));
            }
            again(peer);
        }
    }
}
