package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.Carrier;
import dev.tandem.xmpp.carrier.CarrierListener;
import dev.tandem.xmpp.carrier.CarrierSource;
import dev.tandem.xmpp.testing.PipeCarrier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Two devices with real links between them, over carriers in memory. */
final class TwoEnds implements AutoCloseable {
    /** One device. */
    final class End implements LinkListener, CarrierSource {
        final DeviceIdentity identity;
        final Set<DeviceId> pinned = ConcurrentHashMap.newKeySet();
        final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        /** Kinds of the carriers that what begins was moved to. */
        final BlockingQueue<String> reroutes = new LinkedBlockingQueue<>();

        final Links links;

        @SuppressWarnings("NullAway.Init") // set before anybody uses it
        CarrierListener carriers;

        @SuppressWarnings("NullAway.Init")
        End other;

        End(Path home) throws IOException {
            identity = DeviceIdentity.loadOrCreate(Files.createDirectories(home), InstantSource.system(), random);
            links = new Links(
                    identity,
                    String.valueOf(home.getFileName()),
                    pinned::contains,
                    this,
                    timers,
                    threads,
                    InstantSource.system(),
                    random);
            links.attach(listener -> {
                carriers = listener;
                return this;
            });
        }

        DeviceAddress address() {
            return new DeviceAddress(
                    identity.id(),
                    "me@example.org",
                    "me@example.org/" + identity.id().brief());
        }

        @Override
        public Carrier open(DeviceAddress to) {
            PipeCarrier[] ends = PipeCarrier.pair();
            pipes.add(ends);
            other.carriers.opened(address(), ends[1]);
            return ends[0];
        }

        @Override
        public void ask(DeviceAddress to) {
            other.carriers.asked(address());
        }

        @Override
        public void up(DeviceId device, PeerInfo peer) {
            events.add("up " + peer.name());
        }

        @Override
        public void rerouted(DeviceId device, PeerInfo peer) {
            reroutes.add(peer.carrierKind());
        }

        @Override
        public void down(DeviceId device, String reason) {
            events.add("down " + reason);
        }

        @Override
        public void refused(DeviceAddress from, String reason) {
            events.add("refused " + reason);
        }

        @Override
        public void turnedAway(DeviceId by, String reason) {
            events.add("turned away " + reason);
        }

        String next() throws InterruptedException {
            return String.valueOf(events.poll(10, TimeUnit.SECONDS));
        }
    }

    final SecureRandom random = new SecureRandom();
    final ScheduledExecutorService timers = new ScheduledThreadPoolExecutor(1);
    final ThreadFactory threads = task -> {
        Thread thread = new Thread(task, "tandem-test");
        thread.setDaemon(true);
        return thread;
    };
    final List<PipeCarrier[]> pipes = new CopyOnWriteArrayList<>();
    final End one;
    final End two;

    TwoEnds(Path directory) throws IOException {
        one = new End(directory.resolve("one"));
        two = new End(directory.resolve("two"));
        one.other = two;
        two.other = one;
    }

    /** Each believes the other's key, and sees it. */
    void meet() {
        one.pinned.add(two.identity.id());
        two.pinned.add(one.identity.id());
        one.carriers.deviceAvailable(two.address());
        two.carriers.deviceAvailable(one.address());
    }

    void cut() {
        pipes.get(pipes.size() - 1)[0].close("cut");
    }

    @Override
    public void close() {
        one.links.close();
        two.links.close();
        timers.shutdownNow();
    }
}
