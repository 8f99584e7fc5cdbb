package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.Carrier;
import dev.tandem.xmpp.carrier.CarrierListener;
import dev.tandem.xmpp.carrier.CarrierSource;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Links through accounts: made as soon as a device is seen there, made anew when they break, one attempt at a time for
 * each device, whoever notices.
 *
 * <p>The device with the lower id opens the carrier; the other asks it to. The lock guards the table of devices;
 * nothing blocks under it.
 */
final class InBandLinks {
    private static final Logger LOG = LoggerFactory.getLogger(InBandLinks.class);
    private static final String NOT_PAIRED = "it is not paired with this device";
    private static final String FORGED = "the other end is not the device that it says it is";

    /** Devices seen that are not paired, and might be soon: a server can make up any number of them. */
    private static final int MAX_SEEN = 1000;

    /**
     * Of our own at once: with fifty devices after a server's restart, all at once would be more than it relays in
     * time.
     */
    private static final int HANDSHAKES = 4;

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final int MAX_DOUBLINGS = 6;

    /** Whoever has turned us away will not soon think otherwise. */
    private static final Duration TURNED_AWAY_RETRY = Duration.ofMinutes(5);

    /** A request to open that was under way when the link came up asks for nothing new. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    /** What is known of one device. */
    private static final class Slot {
        final Map<String, Way> ways = new LinkedHashMap<>();
        boolean dialing;
        int failures;

        @Nullable
        ScheduledFuture<?> retry;
    }

    /** One way to a device: an address, and the account that reaches it. */
    private record Way(CarrierSource source, DeviceAddress address) {}

    private final Handshakes handshakes;
    private final LinkTable table;
    private final Predicate<DeviceId> pinned;
    private final Refusals refusals;
    private final LinkListener listener;
    private final ExecutorService workers;
    private final ScheduledExecutorService timers;
    private final RandomGenerator random;
    private final Consumer<Link> made;
    private final Semaphore turningAway = new Semaphore(HANDSHAKES);
    private final Semaphore dials = new Semaphore(HANDSHAKES, true);
    private final Object lock = new Object();
    private final Map<DeviceId, Slot> slots = new LinkedHashMap<>();
    private boolean closed;

    /** {@code made} hears of each link that has come up. */
    InBandLinks(
            Handshakes handshakes,
            LinkTable table,
            Predicate<DeviceId> pinned,
            Refusals refusals,
            LinkListener listener,
            ExecutorService workers,
            ScheduledExecutorService timers,
            RandomGenerator random,
            Consumer<Link> made) {
        this.handshakes = handshakes;
        this.table = table;
        this.pinned = pinned;
        this.refusals = refusals;
        this.listener = listener;
        this.workers = workers;
        this.timers = timers;
        this.random = random;
        this.made = made;
    }

    /** Adds an account's carriers; {@code opener} makes them, given who listens to them. */
    CarrierSource attach(Function<CarrierListener, CarrierSource> opener) {
        CompletableFuture<CarrierSource> source = new CompletableFuture<>();
        CarrierSource made = opener.apply(new FromCarriers(source));
        source.complete(made);
        return made;
    }

    void detach(CarrierSource source) {
        synchronized (lock) {
            slots.values().forEach(slot -> slot.ways.values().removeIf(way -> way.source == source));
        }
    }

    /** Somebody may have been paired. */
    void connectAll() {
        synchronized (lock) {
            slots.forEach(this::connect);
        }
    }

    void close() {
        synchronized (lock) {
            closed = true;
        }
    }

    /** Does what is this side's to do to get a link; the lock is held. */
    private void connect(DeviceId device, Slot slot) {
        boolean linked = table.get(device, false).isPresent();
        if (closed || linked || slot.dialing || slot.ways.isEmpty() || !pinned.test(device)) {
            return;
        }
        if (slot.retry != null) {
            slot.retry.cancel(false);
            slot.retry = null;
        }
        Way way = slot.ways.values().iterator().next();
        slot.dialing = true;
        try {
            workers.execute(() -> dial(device, way));
        } catch (RejectedExecutionException closing) {
            slot.dialing = false;
        }
    }

    private void dial(DeviceId device, Way way) {
        try {
            if (handshakes.leads(device)) {
                open(way);
            } else {
                way.source.ask(way.address);
            }
            dialed(device, null);
        } catch (IOException failed) {
            LOG.debug("no link to {} yet", device.brief(), failed);
            dialed(device, failed);
        }
    }

    /** An attempt is over; unless it has led to a link, there will be another. */
    private void dialed(DeviceId device, @Nullable IOException failure) {
        if (failure instanceof RefusedException refused) {
            turnedAway(device, refused);
        }
        synchronized (lock) {
            Slot slot = slots.get(device);
            if (slot != null) {
                slot.dialing = false;
                again(device, slot, failure instanceof RefusedException);
            }
        }
    }

    private void turnedAway(DeviceId by, RefusedException refused) {
        String reason = Multiplexer.words(refused);
        if (refusals.isNew(by, reason)) {
            table.tell(() -> listener.turnedAway(by, reason));
        }
    }

    private void open(Way way) throws IOException {
        try {
            dials.acquire();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            throw new IOException("closing", closing);
        }
        try {
            establish(way.source.open(way.address), way.address, true);
        } finally {
            dials.release();
        }
    }

    private void establish(Carrier carrier, DeviceAddress address, boolean client) throws IOException {
        DeviceId device = address.device();
        Link link;
        try {
            link = handshakes.establish(carrier, device::equals, client, peer -> true, address.bareJid());
        } catch (SSLException failed) {
            if (!Multiplexer.words(failed).contains("Received fatal alert")) { // what it thinks of us is its to tell
                refuse(address, FORGED);
            }
            throw failed;
        }
        synchronized (lock) {
            Slot slot = slots.get(device);
            if (slot != null) {
                slot.failures = 0;
            }
        }
        made.accept(link);
    }

    /** A link through an account is over. */
    void lost(Link link) {
        synchronized (lock) {
            Slot slot = slots.get(link.device());
            if (slot != null) {
                again(link.device(), slot, false);
            }
        }
    }

    /** Tries again later, each time a little later, as long as there is no link; the lock is held. */
    private void again(DeviceId device, Slot slot, boolean turnedAway) {
        if (closed
                || slot.ways.isEmpty()
                || slot.retry != null
                || table.get(device, false).isPresent()) {
            return;
        }
        long wait = turnedAway
                ? TURNED_AWAY_RETRY.toMillis()
                : FIRST_RETRY.toMillis() << Math.min(slot.failures++, MAX_DOUBLINGS);
        slot.retry = timers.schedule(
                () -> {
                    synchronized (lock) {
                        slot.retry = null;
                        connect(device, slot);
                    }
                },
                wait + random.nextLong(wait / 5 + 1),
                TimeUnit.MILLISECONDS);
    }

    /** Refuses; tells the listener and the device once an hour why, and is cheap about it otherwise. */
    private boolean refuse(DeviceAddress from, String reason) {
        boolean tell = refusals.isNew(from.device(), reason);
        if (tell) {
            table.tell(() -> listener.refused(from, reason));
        }
        return tell;
    }

    private void turnAway(Carrier carrier, DeviceAddress from, boolean client) {
        if (!turningAway.tryAcquire()) {
            carrier.close("not paired"); // a crowd does without the reason
            return;
        }
        try {
            workers.execute(() -> {
                try {
                    handshakes.turnAway(carrier, from.device(), client, "not paired with this device any more");
                } finally {
                    turningAway.release();
                }
            });
        } catch (RejectedExecutionException closing) {
            turningAway.release();
            carrier.close("the daemon stops");
        }
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
                    if (slots.size() >= MAX_SEEN && !pinned.test(address.device())) {
                        return;
                    }
                    Slot slot = slots.computeIfAbsent(address.device(), device -> new Slot());
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
                    if (slot.ways.isEmpty() && !slot.dialing && !pinned.test(address.device())) {
                        slots.remove(address.device());
                    }
                }
            }
        }

        @Override
        public void opened(DeviceAddress from, Carrier carrier) {
            if (!pinned.test(from.device())) {
                if (refuse(from, NOT_PAIRED)) {
                    turnAway(carrier, from, false);
                } else {
                    carrier.close("not paired");
                }
                return;
            }
            if (handshakes.leads(from.device())) {
                carrier.close("it is for the other device to open");
                return;
            }
            try {
                workers.execute(() -> answer(carrier, from));
            } catch (RejectedExecutionException closing) {
                carrier.close("the daemon stops");
            }
        }

        private void answer(Carrier carrier, DeviceAddress from) {
            try {
                establish(carrier, from, false);
            } catch (RefusedException refused) {
                dialed(from.device(), refused);
            } catch (IOException failed) {
                LOG.debug("a link from {} failed", from.fullJid(), failed);
            }
        }

        @Override
        public void asked(DeviceAddress from) {
            if (!pinned.test(from.device())) {
                askedByStranger(from);
                return;
            }
            if (!handshakes.leads(from.device())) {
                return;
            }
            Optional<Link> stale =
                    table.get(from.device(), false).filter(link -> link.age().compareTo(FRESH) > 0);
            if (stale.isPresent()) {
                stale.get().multiplexer().end("the other device has lost the link");
            }
            synchronized (lock) {
                Slot slot = slots.get(from.device());
                if (slot != null) {
                    connect(from.device(), slot);
                }
            }
        }

        private void askedByStranger(DeviceAddress from) {
            CarrierSource account = source.getNow(null);
            if (refuse(from, NOT_PAIRED) && account != null && handshakes.leads(from.device())) {
                try {
                    turnAway(account.open(from), from, true);
                } catch (IOException offline) {
                    LOG.debug("could not tell {} why it is refused", from.fullJid(), offline);
                }
            }
        }
    }
}
