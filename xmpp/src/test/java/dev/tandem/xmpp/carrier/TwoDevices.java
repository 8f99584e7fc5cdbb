package dev.tandem.xmpp.carrier;

import static org.awaitility.Awaitility.await;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.account.Account;
import dev.tandem.xmpp.account.AccountSettings;
import dev.tandem.xmpp.account.AccountState;
import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Two devices of {@code ada@localhost} on a real server, for tests and measurements of what goes between them. */
final class TwoDevices implements AutoCloseable {
    static final String PASSWORD = "secret";
    private static final Duration SOON = Duration.ofSeconds(60);

    final Device laptop;
    final Device tablet;
    private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(2);

    /** One end. */
    final class Device implements CarrierListener {
        final Account account;
        final InBandCarriers carriers;
        final BlockingQueue<Carrier> opened = new LinkedBlockingQueue<>();
        final List<AccountState> states = new CopyOnWriteArrayList<>();

        private Device(int number, String server, Path certificate) throws IOException {
            AccountSettings settings = new AccountSettings(
                    "ada@localhost", PASSWORD, Optional.of(server), Optional.of(Files.readString(certificate)));
            account = new Account(
                    settings,
                    new DeviceId(Integer.toString(number).repeat(64)),
                    (which, state) -> states.add(state),
                    timers,
                    TwoDevices::daemon,
                    InstantSource.system(),
                    new Random(number));
            carriers = new InBandCarriers(
                    account, this, Ticker.systemTicker(), timers, TwoDevices::daemon, new Random(number));
            account.start();
        }

        DeviceAddress peer() {
            return account.devices().iterator().next();
        }

        @Override
        public void deviceAvailable(DeviceAddress address) {}

        @Override
        public void deviceUnavailable(DeviceAddress address) {}

        @Override
        public void opened(DeviceAddress from, Carrier carrier) {
            opened.add(carrier);
        }

        @Override
        public void asked(DeviceAddress from) {}
    }

    /** Both ends of one carrier. */
    record Pair(Carrier here, Carrier there) {
        /** Writes in another thread, records of the size that the link writes, until all is written. */
        CompletableFuture<Void> writing(byte[] bytes) {
            return CompletableFuture.runAsync(
                    () -> {
                        for (int from = 0; from < bytes.length; from += 4096) {
                            write(here, bytes, from, Math.min(4096, bytes.length - from));
                        }
                    },
                    task -> daemon(task).start());
        }
    }

    /** Signs both in, through the addresses given, and waits until they see each other. */
    TwoDevices(String laptopsServer, String tabletsServer, Path certificate) throws IOException {
        laptop = new Device(1, laptopsServer, certificate);
        tablet = new Device(2, tabletsServer, certificate);
        await().atMost(SOON)
                .until(() -> laptop.account.devices().size() == 1
                        && tablet.account.devices().size() == 1);
    }

    Pair open() throws IOException, InterruptedException {
        Carrier here = laptop.carriers.open(laptop.peer());
        write(here, new byte[] {42}, 0, 1);
        Carrier there = tablet.opened.poll(60, TimeUnit.SECONDS);
        if (there == null) {
            throw new IOException("nothing was opened");
        }
        read(there, 1);
        return new Pair(here, there);
    }

    static void write(Carrier carrier, byte[] bytes, int from, int length) {
        try {
            carrier.write(bytes, from, length);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    static byte[] read(Carrier carrier, int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; ) {
            int read = carrier.read(bytes, at, length - at);
            if (read < 0) {
                throw new IOException("the carrier ended after " + at + " bytes");
            }
            at += read;
        }
        return bytes;
    }

    static byte[] noise(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "tandem-test");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        laptop.carriers.close();
        tablet.carriers.close();
        laptop.account.close();
        tablet.account.close();
        timers.shutdownNow();
    }
}
