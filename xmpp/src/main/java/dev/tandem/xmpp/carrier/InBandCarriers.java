package dev.tandem.xmpp.carrier;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.Messenger;
import dev.tandem.xmpp.account.Payload;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The in-band carriers of one account: gives every message to the session that it belongs to.
 *
 * <p>One thread sends, because the account's connection may make it wait; received messages are handled on the
 * account's delivery thread and never wait. Each session has itself woken when its own next deadline is due.
 */
public final class InBandCarriers implements CarrierSource, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(InBandCarriers.class);

    /** A device that restarts opens a new session before the old one is given up; more than a few is an attack. */
    private static final int SESSIONS_OF_ONE_DEVICE = 4;

    /** Of all devices: each that another opens costs a thread until the handshake is over. */
    private static final int MAX_SESSIONS = 512;

    /** Questions, refusals and acknowledgements give way when so much waits: a peer gone mad, or an outage. */
    private static final int MAX_WAITING = 4096;

    /** As long as the account itself takes for its goodbye: closing is a matter of a second. */
    private static final Duration GOODBYE = Duration.ofMillis(500);

    /** A message that waits for the sending thread; {@code failed} is run if the account cannot take it. */
    private record Outgoing(String to, Payload payload, Runnable failed) {}

    private final Messenger messenger;
    private final CarrierListener listener;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Map<String, InBandCarrier> sessions = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timers;

    /** Bounded by the sessions' windows; all else by {@link #MAX_WAITING}. */
    private final BlockingQueue<Outgoing> outgoing = new LinkedBlockingQueue<>();

    private final Thread sendingThread;
    private final InBandCarrier.Outlet outlet = new InBandCarrier.Outlet() {
        @Override
        public void send(InBandCarrier carrier, Chunk chunk) {
            // what a peer repeats is acknowledged each time, but its sender will ask again if one of those is missing
            if (chunk.sequence() > 0 || outgoing.size() < MAX_WAITING) {
                outgoing.add(new Outgoing(carrier.peer.fullJid(), chunk.encode(), () -> carrier.notSent(chunk)));
            }
        }

        @Override
        public void wakeAfter(InBandCarrier carrier, long nanos) {
            wakeLater(carrier, nanos);
        }

        @Override
        public void ended(InBandCarrier carrier) {
            sessions.remove(key(carrier.peer.fullJid(), carrier.session), carrier);
        }
    };

    /** Starts to listen on the account at once. */
    public InBandCarriers(
            Messenger messenger,
            CarrierListener listener,
            Ticker ticker,
            ScheduledExecutorService timers,
            ThreadFactory threads,
            RandomGenerator random) {
        this.messenger = messenger;
        this.listener = listener;
        this.ticker = ticker;
        this.random = random;
        this.timers = timers;
        sendingThread = threads.newThread(this::sendAll);
        sendingThread.start();
        messenger.listen(Chunk.NAMESPACE, this::received);
        messenger.watchDevices(new Messenger.DeviceListener() {
            @Override
            public void available(DeviceAddress address) {
                tellSessions(address, true);
                listener.deviceAvailable(address);
            }

            @Override
            public void unavailable(DeviceAddress address) {
                tellSessions(address, false);
                listener.deviceUnavailable(address);
            }

            @Override
            public void signedOut() {
                sessions.values().forEach(InBandCarrier::signedOut);
            }

            @Override
            public void signedIn() {
                sessions.values().forEach(InBandCarrier::signedIn);
            }
        });
    }

    private void wakeLater(InBandCarrier carrier, long nanos) {
        try {
            var unused = timers.schedule(() -> wake(carrier), Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("the timers have stopped before the session with {}", carrier.peer.fullJid(), stopping);
        }
    }

    /** One broken session must not stop the others' clocks. */
    private static void wake(InBandCarrier carrier) {
        try {
            carrier.wake();
        } catch (RuntimeException bug) {
            LOG.error("the session with {} is broken", carrier.peer.fullJid(), bug);
            carrier.fail("a fault in this program");
        }
    }

    private void tellSessions(DeviceAddress address, boolean available) {
        for (InBandCarrier carrier : sessions.values()) {
            if (carrier.peer.fullJid().equals(address.fullJid())) {
                carrier.presence(available);
            }
        }
    }

    @Override
    public Carrier open(DeviceAddress to) {
        String session = Long.toString(random.nextLong() >>> 1, 36) + "x";
        InBandCarrier carrier = new InBandCarrier(to, session, outlet, ticker);
        sessions.put(key(to.fullJid(), session), carrier);
        return carrier;
    }

    @Override
    public void ask(DeviceAddress to) {
        sendLetter(to.fullJid(), Chunk.ask());
    }

    /** What belongs to no session, and is not sent again. */
    private void sendLetter(String to, Payload payload) {
        if (outgoing.size() < MAX_WAITING) {
            outgoing.add(new Outgoing(to, payload, () -> LOG.trace("{} has to ask again", to)));
        }
    }

    private void received(String from, Payload payload) {
        Optional<String> session = Chunk.session(payload);
        if (session.isEmpty()) {
            return;
        }
        InBandCarrier known = sessions.get(key(from, session.get()));
        if (Chunk.isReset(payload)) {
            if (known != null) {
                known.fail("the other device knows nothing of this session any more");
            }
            return;
        }
        if (session.get().equals(Chunk.ASK)) {
            device(from).ifPresent(listener::asked);
            return;
        }
        Chunk.decode(payload).ifPresent(chunk -> {
            if (known != null) {
                known.received(chunk);
            } else {
                unknown(from, chunk);
            }
        });
    }

    private void unknown(String from, Chunk chunk) {
        Optional<DeviceAddress> device = device(from);
        long open = sessions.values().stream()
                .filter(carrier -> carrier.peer.fullJid().equals(from))
                .count();
        if (chunk.sequence() == 1
                && !chunk.last()
                && device.isPresent()
                && open < SESSIONS_OF_ONE_DEVICE
                && sessions.size() < MAX_SESSIONS) {
            InBandCarrier carrier = new InBandCarrier(device.get(), chunk.session(), outlet, ticker);
            sessions.put(key(from, chunk.session()), carrier);
            carrier.received(chunk);
            listener.opened(device.get(), carrier);
        } else if (chunk.sequence() > 0 && !chunk.last() && device.isPresent()) {
            sendLetter(from, Chunk.reset(chunk.session()));
        }
    }

    private Optional<DeviceAddress> device(String fullJid) {
        return messenger.devices().stream()
                .filter(device -> device.fullJid().equals(fullJid))
                .findFirst();
    }

    private void sendAll() {
        try {
            while (true) {
                Outgoing next = outgoing.take();
                try {
                    messenger.send(next.to, next.payload);
                } catch (IOException offline) {
                    LOG.trace("not sent to {}", next.to, offline);
                    next.failed.run();
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static String key(String fullJid, String session) {
        return session + " " + fullJid;
    }

    /**
     * Ends all sessions. Those that were closed before get up to 500 ms for what was written to them, a goodbye mostly,
     * to arrive; so close the carriers first, then this, and then the account.
     */
    @Override
    public void close() {
        Semaphore over = new Semaphore(0);
        int ending = (int) sessions.values().stream()
                .filter(carrier -> carrier.isEnding(over::release))
                .count();
        try {
            if (!over.tryAcquire(ending, GOODBYE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("some of {} sessions ended without the other side's having heard of it", ending);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        sessions.values().forEach(carrier -> carrier.fail("the account was signed out"));
        sendingThread.interrupt();
    }
}
