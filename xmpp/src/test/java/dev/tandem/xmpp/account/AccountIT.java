package dev.tandem.xmpp.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tandem.xmpp.testing.Prosody;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jivesoftware.smack.filter.StanzaTypeFilter;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaBuilder;
import org.jivesoftware.smack.tcp.XMPPTCPConnection;
import org.jivesoftware.smack.tcp.XMPPTCPConnectionConfiguration;
import org.jivesoftware.smackx.carbons.CarbonManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An account on a real server")
@Timeout(90)
@SuppressWarnings("NullAway") // fields that JUnit sets
class AccountIT {
    private static final DeviceId A = new DeviceId("a".repeat(64));
    private static final DeviceId B = new DeviceId("b".repeat(64));
    private static final Duration SOON = Duration.ofSeconds(20);

    private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
    private final List<Account> signedIn = new CopyOnWriteArrayList<>();
    private final List<String> seenByB = new CopyOnWriteArrayList<>();
    private Prosody prosody;

    @BeforeEach
    void startServer(@TempDir Path directory) throws Exception {
        prosody = Prosody.start(directory).addUser("ann", "secret");
    }

    @AfterEach
    void stopAll() {
        signedIn.forEach(Account::close);
        timers.shutdownNow();
        prosody.close();
    }

    private Account signIn(DeviceId me, int port) throws IOException {
        return signIn(me, port, ServerConnection.PATIENCE);
    }

    private Account signIn(DeviceId me, int port, Duration patience) throws IOException {
        AccountSettings settings = new AccountSettings(
                "ann@localhost",
                "secret",
                Optional.of("127.0.0.1:" + port),
                Optional.of(Files.readString(prosody.certificate())));
        Account account = new Account(
                settings,
                me,
                (which, state) -> {},
                timers,
                AccountIT::daemon,
                InstantSource.system(),
                new Random(1),
                patience);
        signedIn.add(account);
        account.start();
        return account;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "tandem-test");
        thread.setDaemon(true);
        return thread;
    }

    private static Set<DeviceId> seenBy(Account account) {
        return account.devices().stream().map(DeviceAddress::device).collect(Collectors.toSet());
    }

    private static boolean isOnline(Account account) {
        return account.state() instanceof AccountState.Online;
    }

    private static Payload payload(String text) {
        return new Payload(Account.FEATURE, "link", Map.of("s", "1"), text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("a broken connection is resumed: same address, and neither side is told that anybody was gone")
    void resumes() throws Exception {
        try (Relay relay = new Relay(prosody.port())) {
            Account b = signIn(B, prosody.port());
            Account a = signIn(A, relay.port());
            await().atMost(SOON).until(() -> seenBy(a).contains(B) && seenBy(b).contains(A));
            AccountState before = a.state();
            List<String> seenByA = watch(a);
            watch(b, seenByB);

            relay.cut();
            await().atMost(SOON).until(() -> !isOnline(a));
            await().atMost(SOON).until(() -> isOnline(a));

            assertThat(a.state()).isEqualTo(before);
            BlockingQueue<String> received = new LinkedBlockingQueue<>();
            a.listen(Account.FEATURE, (from, payload) -> received.add(from));
            b.send(((AccountState.Online) before).fullJid(), payload("still there"));
            assertThat(received.poll(10, TimeUnit.SECONDS)).isNotNull();
            assertThat(seenByA).containsExactly("+bbbbbbbb", "out", "in");
            assertThat(seenByB).containsExactly("+aaaaaaaa");
        }
    }

    private static List<String> watch(Account account) {
        List<String> seen = new CopyOnWriteArrayList<>();
        watch(account, seen);
        return seen;
    }

    private static void watch(Account account, List<String> seen) {
        account.watchDevices(new Messenger.DeviceListener() {
            @Override
            public void available(DeviceAddress address) {
                seen.add("+" + address.device().brief());
            }

            @Override
            public void unavailable(DeviceAddress address) {
                seen.add("-" + address.device().brief());
            }

            @Override
            public void signedOut() {
                seen.add("out");
            }

            @Override
            public void signedIn() {
                seen.add("in");
            }
        });
    }

    @Test
    @DisplayName("after the server has crashed the devices go, and come back by themselves")
    void serverRestart() throws Exception {
        Account a = signIn(A, prosody.port());
        Account b = signIn(B, prosody.port());
        await().atMost(SOON).until(() -> seenBy(a).contains(B) && seenBy(b).contains(A));
        List<String> seenByA = watch(a);

        prosody.kill();
        await().atMost(SOON).until(() -> !isOnline(a) && !isOnline(b));
        prosody.restart();

        await().atMost(SOON).until(() -> seenByA.contains("-bbbbbbbb"));
        await().atMost(SOON).until(() -> seenBy(a).contains(B) && seenBy(b).contains(A));
        assertThat(seenByA).startsWith("+bbbbbbbb", "out", "-bbbbbbbb", "in", "+bbbbbbbb");
    }

    @Test
    @DisplayName(
            "PUSH-24: a connection that falls silent is noticed within three times our patience, 60 s, and replaced")
    void silentServer() throws Exception {
        try (Relay relay = new Relay(prosody.port())) {
            Duration patience = Duration.ofSeconds(3);
            Account a = signIn(A, relay.port(), patience);
            await().atMost(SOON).until(() -> isOnline(a));
            relay.silence(true);
            await().atMost(patience.multipliedBy(3).plusSeconds(1)).until(() -> !isOnline(a));
            relay.silence(false);
            await().atMost(SOON).until(() -> isOnline(a));
        }
    }

    @Test
    @DisplayName(
            "PUSH-25: a person's chat client on the same account, with carbons on, sees no message and is no device")
    void chatClient() throws Exception {
        Account a = signIn(A, prosody.port());
        Account b = signIn(B, prosody.port());
        XMPPTCPConnection phone = new XMPPTCPConnection(XMPPTCPConnectionConfiguration.builder()
                .setXmppAddressAndPassword("ann@localhost", "secret")
                .setHost("127.0.0.1")
                .setPort(prosody.port())
                .setCustomX509TrustManager(new ServerTrust(Optional.of(Files.readString(prosody.certificate()))))
                .build());
        phone.connect().login();
        CarbonManager.getInstanceFor(phone).enableCarbons();
        List<Stanza> seen = new CopyOnWriteArrayList<>();
        phone.addSyncStanzaListener(seen::add, StanzaTypeFilter.MESSAGE);
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        b.listen(Account.FEATURE, (from, payload) -> received.add(from));
        await().atMost(SOON).until(() -> seenBy(a).contains(B));
        String toB = a.devices().iterator().next().fullJid();

        for (int i = 0; i < 10; i++) {
            a.send(toB, payload("invisible"));
        }
        for (int i = 0; i < 10; i++) {
            assertThat(received.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
        b.close();
        a.send(toB, payload("nobody there"));
        // the phone's own message to itself comes after all that went before it
        phone.sendStanza(StanzaBuilder.buildMessage()
                .to(phone.getUser())
                .setBody("marker")
                .build());

        await().atMost(SOON).until(() -> !seen.isEmpty());
        assertThat(seen)
                .allSatisfy(stanza -> assertThat(((Message) stanza).getBody()).isEqualTo("marker"));
        assertThat(seenBy(a)).isSubsetOf(B);
        phone.disconnect();
    }
}
