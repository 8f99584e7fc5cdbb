package dev.tandem.xmpp.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.account.Account;
import dev.tandem.xmpp.account.AccountSettings;
import dev.tandem.xmpp.account.AccountState;
import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.testing.Prosody;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.jivesoftware.smack.ConnectionConfiguration;
import org.jivesoftware.smack.filter.StanzaTypeFilter;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.tcp.XMPPTCPConnection;
import org.jivesoftware.smack.tcp.XMPPTCPConnectionConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Two devices and a phone on one account of a real Prosody")
@Timeout(90)
@SuppressWarnings("NullAway") // fields that JUnit sets
class OneAccountIT {
    private static final int MEGABYTES = 4;

    private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
    private final BlockingQueue<Carrier> opened = new LinkedBlockingQueue<>();
    private Prosody server;
    private Account laptop;
    private Account tablet;
    private InBandCarriers laptopCarriers;
    private InBandCarriers tabletCarriers;

    @BeforeEach
    void signIn(@TempDir Path directory) throws Exception {
        server = Prosody.start(directory).addUser("ada", "secret");
        laptop = account(1);
        tablet = account(2);
        laptopCarriers = carriers(laptop);
        tabletCarriers = carriers(tablet);
        laptop.start();
        tablet.start();
        await().until(() -> laptop.devices().size() == 1 && tablet.devices().size() == 1);
    }

    @AfterEach
    void signOut() {
        laptopCarriers.close();
        tabletCarriers.close();
        laptop.close();
        tablet.close();
        timers.shutdownNow();
        server.close();
    }

    @Test
    @DisplayName("PUSH-25: bytes go through whole, and the phone neither sees a message nor counts as a device")
    void invisible() throws Exception {
        List<Stanza> seenByPhone = new CopyOnWriteArrayList<>();
        XMPPTCPConnection phone = phone();
        phone.addSyncStanzaListener(seenByPhone::add, StanzaTypeFilter.MESSAGE);
        phone.connect().login();
        byte[] content = new byte[MEGABYTES << 20];
        new Random(1).nextBytes(content);

        long begin = System.nanoTime();
        Carrier carrier = laptopCarriers.open(laptop.devices().iterator().next());
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(carrier, content));
        Carrier other = opened.poll(20, TimeUnit.SECONDS);
        byte[] arrived = read(other, content.length);
        double seconds = (System.nanoTime() - begin) / 1e9;
        writing.get(20, TimeUnit.SECONDS);

        assertThat(arrived).isEqualTo(content);
        assertThat(seenByPhone).isEmpty();
        assertThat(laptop.devices()).extracting(DeviceAddress::device).containsExactly(id(2));
        long roundTrips = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            write(carrier, new byte[] {1});
            read(other, 1);
            write(other, new byte[] {2});
            read(carrier, 1);
        }
        System.out.printf(
                "in-band through Prosody: %.1f MB/s, round trip %.1f ms%n",
                MEGABYTES / seconds, (System.nanoTime() - roundTrips) / 1e6 / 100);
        phone.disconnect();
    }

    @Test
    @DisplayName("PUSH-2: a session goes on where it was after the server has died and come back")
    void serverRestart() throws Exception {
        Carrier carrier = laptopCarriers.open(laptop.devices().iterator().next());
        write(carrier, new byte[] {1});
        Carrier other = opened.poll(20, TimeUnit.SECONDS);
        read(other, 1);

        server.kill();
        await().until(() ->
                !(laptop.state() instanceof AccountState.Online) && !(tablet.state() instanceof AccountState.Online));
        write(carrier, new byte[] {2, 3, 4});
        server.restart();

        assertThat(read(other, 3)).containsExactly(2, 3, 4);
    }

    private Account account(int number) throws IOException {
        AccountSettings settings = new AccountSettings(
                "ada@localhost",
                "secret",
                Optional.of(server.address()),
                Optional.of(Files.readString(server.certificate())));
        return new Account(
                settings,
                id(number),
                (account, state) -> {},
                timers,
                task -> daemon(task),
                InstantSource.system(),
                new Random(number));
    }

    private InBandCarriers carriers(Account account) {
        return new InBandCarriers(
                account,
                new CarrierListener() {
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
                },
                Ticker.systemTicker(),
                timers,
                task -> daemon(task),
                new Random());
    }

    private XMPPTCPConnection phone() throws Exception {
        java.security.cert.X509Certificate trusted =
                (java.security.cert.X509Certificate) java.security.cert.CertificateFactory.getInstance("X.509")
                        .generateCertificate(Files.newInputStream(server.certificate()));
        java.security.KeyStore keys = java.security.KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setCertificateEntry("server", trusted);
        var factory = javax.net.ssl.TrustManagerFactory.getInstance("PKIX");
        factory.init(keys);
        return new XMPPTCPConnection(XMPPTCPConnectionConfiguration.builder()
                .setXmppAddressAndPassword("ada@localhost", "secret")
                .setHost("127.0.0.1")
                .setPort(server.port())
                .setSecurityMode(ConnectionConfiguration.SecurityMode.required)
                .setCustomX509TrustManager((javax.net.ssl.X509TrustManager) factory.getTrustManagers()[0])
                .build());
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "tandem-test");
        thread.setDaemon(true);
        return thread;
    }

    private static DeviceId id(int number) {
        return new DeviceId(Integer.toString(number).repeat(64));
    }

    private static void write(Carrier carrier, byte[] bytes) {
        try {
            carrier.write(bytes, 0, bytes.length);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static byte[] read(Carrier carrier, int length) throws IOException {
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
}
