package dev.tandem.xmpp.link;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.account.Payload;
import dev.tandem.xmpp.carrier.Carrier;
import dev.tandem.xmpp.carrier.CarrierListener;
import dev.tandem.xmpp.carrier.InBandCarriers;
import dev.tandem.xmpp.testing.MiddleServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Two paired devices with an enemy's server between them")
@Timeout(60)
@SuppressWarnings("NullAway") // fields that JUnit sets
class ManInTheMiddleTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final long RETRY_MILLIS = 20_000;

    private final MiddleServer server = new MiddleServer();
    private final SecureRandom random = new SecureRandom();
    private final QuickTimers timers = new QuickTimers();
    private final ScheduledExecutorService carrierTimers = new ScheduledThreadPoolExecutor(1);
    private final AtomicLong later = new AtomicLong();
    private final ThreadFactory threads = task -> {
        Thread thread = new Thread(task, "tandem-test");
        thread.setDaemon(true);
        return thread;
    };
    private Path homes;
    private End low;
    private End high;
    private Mallory mallory;

    /** Waits for retries in a hundredth of their time, and remembers how long they were to be. */
    private static final class QuickTimers extends ScheduledThreadPoolExecutor {
        final List<Long> retries = new CopyOnWriteArrayList<>();

        QuickTimers() {
            super(2);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            long millis = unit.toMillis(delay);
            if (millis >= RETRY_MILLIS) {
                return super.schedule(task, delay, unit);
            }
            retries.add(millis);
            return super.schedule(task, millis / 100, TimeUnit.MILLISECONDS);
        }
    }

    /** One device. */
    private final class End implements LinkListener {
        final DeviceIdentity identity;
        final MiddleServer.Client account;
        final Set<DeviceId> pinned = ConcurrentHashMap.newKeySet();
        final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        final List<String> refusals = new CopyOnWriteArrayList<>();
        final List<String> asked = new CopyOnWriteArrayList<>();
        final Links links;

        End(DeviceIdentity identity, String jid) {
            this.identity = identity;
            account = server.signIn(jid, identity.id());
            links = new Links(identity, jid, pinned::contains, this, timers, threads, InstantSource.system(), random);
            links.register("echo", (from, body) -> {
                asked.add(new String(body, UTF_8));
                return CompletableFuture.completedFuture(body);
            });
        }

        void start() {
            var unused = links.attach(
                    listener -> new InBandCarriers(account, listener, ticker(), carrierTimers, threads, random));
        }

        @Override
        public void up(DeviceId device, PeerInfo peer) {
            events.add("up");
        }

        @Override
        public void rerouted(DeviceId device, PeerInfo peer) {
            events.add("rerouted");
        }

        @Override
        public void down(DeviceId device, String reason) {
            events.add("down " + reason);
        }

        @Override
        public void refused(DeviceAddress from, String reason) {
            refusals.add(from.device().brief() + " " + reason);
        }

        @Override
        public void turnedAway(DeviceId by, String reason) {
            events.add("turned away " + reason);
        }

        String next() throws InterruptedException {
            return String.valueOf(events.poll(20, SECONDS));
        }
    }

    /** The server's own device: speaks the protocol with a key of its own. */
    private final class Mallory implements CarrierListener {
        final DeviceIdentity identity;
        final MiddleServer.Client account;
        final AtomicInteger attempts = new AtomicInteger();
        final BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
        InBandCarriers carriers;

        Mallory(DeviceIdentity identity) {
            this.identity = identity;
            account = server.signIn("mallory@example.org", identity.id());
            server.hide(account);
        }

        void start() {
            carriers = new InBandCarriers(account, this, ticker(), carrierTimers, threads, random);
        }

        private void shakeHands(Carrier carrier, DeviceId with, boolean client) {
            attempts.incrementAndGet();
            threads.newThread(() -> {
                        try {
                            int said = SecureChannel.handshake(carrier, identity, with::equals, client)
                                    .input()
                                    .read();
                            outcomes.add(said < 0 ? "refused" : "let in");
                        } catch (IOException refused) {
                            outcomes.add("refused");
                            carrier.close("refused");
                        }
                    })
                    .start();
        }

        @Override
        public void opened(DeviceAddress from, Carrier carrier) {
            shakeHands(carrier, from.device(), false);
        }

        @Override
        public void asked(DeviceAddress from) {
            shakeHands(carriers.open(from), from.device(), true);
        }

        @Override
        public void deviceAvailable(DeviceAddress address) {}

        @Override
        public void deviceUnavailable(DeviceAddress address) {}
    }

    private Ticker ticker() {
        return new Ticker() {
            @Override
            public long read() {
                return System.nanoTime() + later.get();
            }
        };
    }

    @BeforeEach
    void twoDevices(@TempDir Path directory) throws IOException {
        homes = directory;
        DeviceIdentity one = identity("one");
        DeviceIdentity two = identity("two");
        boolean inOrder = one.id().compareTo(two.id()) < 0;
        low = new End(inOrder ? one : two, "low@example.org");
        high = new End(inOrder ? two : one, "high@example.org");
        low.pinned.add(high.identity.id());
        high.pinned.add(low.identity.id());
        mallory = new Mallory(identity("mallory"));
    }

    @AfterEach
    void close() {
        low.links.close();
        high.links.close();
        timers.shutdownNow();
        carrierTimers.shutdownNow();
    }

    @ParameterizedTest(name = "by the one that opens: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "GRID-3: a server that answers with a key of its own is refused, told of once, and tried ever less often")
    void ownCertificate(boolean opener) throws Exception {
        End victim = opener ? low : high;
        End impersonated = opener ? high : low;
        server.route(message -> {
            if (message.from().equals(victim.account.fullJid())) {
                return List.of(message.to(mallory.account.fullJid()));
            }
            return message.from().equals(mallory.account.fullJid())
                    ? List.of(message.from(impersonated.account.fullJid()))
                    : List.of();
        });
        mallory.start();
        victim.start();
        while (mallory.outcomes.size() < 4) {
            Thread.onSpinWait();
        }

        assertThat(mallory.outcomes).containsOnly("refused");
        assertThat(victim.refusals)
                .singleElement()
                .asString()
                .startsWith(impersonated.identity.id().brief())
                .contains("is not the device");
        assertThat(victim.events).isEmpty();
        assertThat(victim.links.up()).isEmpty();
        for (int i = 0; i < 3; i++) {
            long wait = 1000L << i;
            assertThat(timers.retries).anyMatch(millis -> millis >= wait && millis <= wait + wait / 5);
        }
    }

    @Test
    @DisplayName(
            "GRID-8: a server that delivers one device's messages as another's gets neither a link, and it is told once")
    void swapped() throws Exception {
        End other = new End(lowerThan(high.identity.id()), "other@example.org");
        high.pinned.add(other.identity.id());
        other.pinned.add(high.identity.id());
        server.hide(low.account);
        server.route(message -> {
            if (message.from().equals(low.account.fullJid())) {
                return List.of(message.from(other.account.fullJid()));
            }
            return message.to().equals(other.account.fullJid())
                    ? List.of(message.to(low.account.fullJid()))
                    : List.of(message);
        });
        high.start();
        low.start();
        while (high.refusals.isEmpty() || timers.retries.size() < 8) {
            Thread.onSpinWait();
        }

        assertThat(high.refusals)
                .singleElement()
                .asString()
                .startsWith(other.identity.id().brief())
                .contains("is not the device");
        assertThat(high.links.up()).isEmpty();
        assertThat(low.links.up()).isEmpty();
        other.links.close();
    }

    @Test
    @DisplayName("GRID-10: one bit changed on the way ends the link with a reason; nothing altered is ever handed on")
    void flippedBit() throws Exception {
        up();
        AtomicBoolean flip = new AtomicBoolean(true);
        server.route(message -> {
            byte[] content = message.payload().content();
            if (content.length < 200 || !flip.getAndSet(false)) {
                return List.of(message);
            }
            byte[] changed = content.clone();
            changed[changed.length / 2] ^= 1;
            return List.of(message.with(changed));
        });
        String question = "diary ".repeat(100);

        assertThatThrownBy(() -> low.links
                        .request(high.identity.id(), "echo", question.getBytes(UTF_8), LONG)
                        .get())
                .hasRootCauseInstanceOf(IOException.class);
        assertThat(high.next()).startsWith("down ").hasSizeGreaterThan(8);
        assertThat(low.next()).startsWith("down ").hasSizeGreaterThan(8);
        assertThat(high.asked).isEmpty();
        assertThat(low.next()).isEqualTo("up");
        assertThat(low.links
                        .request(high.identity.id(), "echo", question.getBytes(UTF_8), LONG)
                        .get())
                .asString(UTF_8)
                .isEqualTo(question);
        assertThat(high.asked).containsExactly(question);
    }

    @Test
    @DisplayName(
            "GRID-30: a server that drops everything ends the link after two minutes; what was under way fails once")
    void dropsEverything() throws Exception {
        up();
        server.route(message -> List.of());
        CompletableFuture<byte[]> answer =
                low.links.request(high.identity.id(), "echo", new byte[10], Duration.ofMinutes(10));
        AtomicInteger outcomes = new AtomicInteger();
        var unused = answer.whenComplete((body, failure) -> outcomes.incrementAndGet());
        while (low.events.isEmpty()) { // a message that leaves after a leap begins to wait then
            later.addAndGet(Duration.ofMinutes(3).toNanos());
            LockSupport.parkNanos(100_000_000);
        }

        assertThat(low.next()).startsWith("down ").contains("silent");
        assertThat(answer).isCompletedExceptionally();
        assertThat(outcomes).hasValue(1);
    }

    @Test
    @DisplayName(
            "GRID-7: a session that was recorded and is played again, as it was or in another, brings no link and no call")
    void replay() throws Exception {
        List<MiddleServer.Message> recorded = new CopyOnWriteArrayList<>();
        server.route(message -> {
            recorded.add(message);
            return List.of(message);
        });
        up();
        low.links
                .request(high.identity.id(), "echo", "once".getBytes(UTF_8), LONG)
                .get();
        low.links.close();
        assertThat(high.next()).startsWith("down ");
        server.hide(low.account);
        server.route(message -> List.of());
        List<MiddleServer.Message> toHigh = recorded.stream()
                .filter(message -> message.to().equals(high.account.fullJid()))
                .toList();
        server.show(low.account, low.identity.id());

        for (int i = 0; i < 10; i++) {
            String session = i == 0 ? "" : "again" + i;
            toHigh.forEach(message -> server.deliver(inSession(message, session)));
            later.addAndGet(Duration.ofMinutes(3).toNanos());
            LockSupport.parkNanos(60_000_000);
        }

        assertThat(high.asked).containsExactly("once");
        assertThat(high.links.up()).isEmpty();
        assertThat(high.events).doesNotContain("up");
        assertThat(high.refusals).hasSizeLessThanOrEqualTo(1);
    }

    private static MiddleServer.Message inSession(MiddleServer.Message message, String session) {
        if (session.isEmpty()) {
            return message;
        }
        Map<String, String> attributes = new LinkedHashMap<>(message.payload().attributes());
        attributes.put("s", session);
        Payload payload = message.payload();
        return new MiddleServer.Message(
                message.from(),
                message.to(),
                new Payload(payload.namespace(), payload.element(), attributes, payload.content()));
    }

    private void up() throws InterruptedException {
        high.start();
        low.start();
        assertThat(low.next()).isEqualTo("up");
        assertThat(high.next()).isEqualTo("up");
    }

    private DeviceIdentity identity(String name) throws IOException {
        return DeviceIdentity.loadOrCreate(
                Files.createDirectories(homes.resolve(name)), InstantSource.system(), random);
    }

    private DeviceIdentity lowerThan(DeviceId device) throws IOException {
        List<DeviceIdentity> tried = new ArrayList<>();
        while (tried.isEmpty() || tried.get(tried.size() - 1).id().compareTo(device) > 0) {
            tried.add(identity("other" + tried.size()));
        }
        return tried.get(tried.size() - 1);
    }
}
