package dev.tandem.xmpp.link;

import static org.awaitility.Awaitility.await;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.account.Account;
import dev.tandem.xmpp.account.AccountSettings;
import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.InBandCarriers;
import dev.tandem.xmpp.testing.Prosody;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Two devices of {@code ada@localhost} with a link between them, everything as in the daemon: for measurements. */
public final class LinkPair implements AutoCloseable {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(2);
    private final BlockingQueue<LinkStream> opened = new LinkedBlockingQueue<>();
    private final End one;
    private final End two;

    /** One device. */
    private final class End implements LinkListener, AutoCloseable {
        final DeviceIdentity identity;
        final Links links;
        final Account account;
        final InBandCarriers carriers;

        End(Path home, Prosody server, String password) throws IOException {
            SecureRandom random = new SecureRandom();
            identity = DeviceIdentity.loadOrCreate(Files.createDirectories(home), InstantSource.system(), random);
            links = new Links(
                    identity, "bench", id -> true, this, timers, LinkPair::thread, InstantSource.system(), random);
            links.register("echo", (from, body) -> CompletableFuture.completedFuture(body));
            links.registerStream("push", (from, body, stream) -> opened.add(stream));
            AccountSettings settings = new AccountSettings(
                    "ada@localhost",
                    password,
                    Optional.of(server.address()),
                    Optional.of(Files.readString(server.certificate())));
            account = new Account(
                    settings,
                    identity.id(),
                    (which, state) -> {},
                    timers,
                    LinkPair::thread,
                    InstantSource.system(),
                    random);
            carriers = (InBandCarriers) links.attach(listener ->
                    new InBandCarriers(account, listener, Ticker.systemTicker(), timers, LinkPair::thread, random));
            account.start();
        }

        @Override
        public void up(DeviceId device, PeerInfo peer) {}

        @Override
        public void rerouted(DeviceId device, PeerInfo peer) {}

        @Override
        public void down(DeviceId device, String reason) {}

        @Override
        public void refused(DeviceAddress from, String reason) {}

        @Override
        public void turnedAway(DeviceId by, String reason) {}

        @Override
        public void close() {
            links.close();
            carriers.close();
            account.close();
        }
    }

    /** Signs both in and waits for the link. */
    public LinkPair(Path directory, Prosody server, String password) throws IOException {
        one = new End(directory.resolve("one"), server, password);
        two = new End(directory.resolve("two"), server, password);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> one.links.up().contains(two.identity.id())
                        && two.links.up().contains(one.identity.id()));
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "tandem-test");
        thread.setDaemon(true);
        return thread;
    }

    /** Moves bytes over one stream; nanoseconds until the last is read. */
    public long transfer(byte[] bytes) throws IOException, InterruptedException, ExecutionException {
        LinkStream out = one.links.open(two.identity.id(), "push", new byte[0], LONG);
        LinkStream in = opened.poll(60, TimeUnit.SECONDS);
        if (in == null) {
            throw new IOException("nothing was opened");
        }
        long begin = System.nanoTime();
        CompletableFuture<Void> writing = CompletableFuture.runAsync(
                () -> {
                    try {
                        out.output().write(bytes);
                        out.end();
                    } catch (IOException broken) {
                        throw new UncheckedIOException(broken);
                    }
                },
                task -> thread(task).start());
        int read = in.input().readAllBytes().length;
        long nanos = System.nanoTime() - begin;
        writing.get();
        in.end();
        if (read != bytes.length) {
            throw new IOException("only " + read + " bytes arrived");
        }
        return nanos;
    }

    /** Asks with a hundred bytes; nanoseconds until the answer is there. */
    public long roundTrip() throws InterruptedException, ExecutionException {
        long begin = System.nanoTime();
        one.links.request(two.identity.id(), "echo", new byte[100], LONG).get();
        return System.nanoTime() - begin;
    }

    @Override
    public void close() {
        one.close();
        two.close();
        timers.shutdownNow();
    }
}
