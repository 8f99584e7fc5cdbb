package dev.tandem.assistant.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.stream.IntStream;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.sasl.SASLErrorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a real client on a real socket; Smack signs in within a second. */
@DisplayName("The demo's XMPP server")
@Timeout(60)
class DemoServerTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int MANY = 500;

    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final List<DemoClient> clients = new ArrayList<>();

    @TempDir
    private Path directory;

    private DemoServer server;

    @BeforeEach
    void start() throws Exception {
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, "tandem-demo-server");
            thread.setDaemon(true);
            threads.add(thread);
            return thread;
        };
        server = new DemoServer(directory, factory, new SecureRandom());
        server.addUser("ann@localhost", "secret of ann");
        server.addUser("bob@localhost", "secret of bob");
    }

    @AfterEach
    void stop() {
        clients.forEach(DemoClient::close);
        server.close();
    }

    @Test
    @DisplayName("signs a client in over STARTTLS with the certificate that it wrote, and names the resource itself")
    void signsIn() throws Exception {
        DemoClient ann = client("ann").signIn("here");

        assertThat(ann.secure()).isTrue();
        assertThat(ann.fullJid()).startsWith("ann@localhost/").doesNotEndWith("tandem-chosen");
        assertThat(Files.readString(server.certificate())).startsWith("-----BEGIN CERTIFICATE-----\n");
    }

    @Test
    @DisplayName("refuses a wrong password")
    void wrongPassword() throws Exception {
        DemoClient ann = remember(new DemoClient(server, "ann", "wrong", server.certificate()));

        assertThatThrownBy(ann::signInSilently).isInstanceOf(SASLErrorException.class);
    }

    @Test
    @DisplayName("refuses an account of another domain")
    void otherDomain() {
        assertThatThrownBy(() -> server.addUser("ann@example.org", "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("example.org");
    }

    @Test
    @DisplayName("shows the resources of one account to each other, whichever came first, with what they announce")
    void resourcesOfOneAccount() throws Exception {
        DemoClient first = client("ann").signIn("first");
        DemoClient second = client("ann").signIn("second");

        awaitPresence(first, second.fullJid(), "second");
        awaitPresence(second, first.fullJid(), "first");
    }

    @Test
    @DisplayName("tells the other resources when one signs out, and when its connection breaks")
    void signOut() throws Exception {
        DemoClient stays = client("ann").signIn("stays");
        DemoClient leaves = client("ann").signIn("leaves");
        DemoClient breaks = client("ann").signIn("breaks");
        String left = leaves.fullJid();
        String broken = breaks.fullJid();
        awaitPresence(stays, broken, "breaks");

        leaves.close();
        breaks.drop();

        awaitGone(stays, left);
        awaitGone(stays, broken);
    }

    @Test
    @DisplayName("relays headlines between resources of one account, whole and in order")
    void headlinesWithinAnAccount() throws Exception {
        DemoClient first = client("ann").signIn("first");
        DemoClient second = client("ann").signIn("second");

        sendMany(first, second);
    }

    @Test
    @DisplayName("relays headlines between accounts that have not subscribed, whole and in order")
    void headlinesBetweenAccounts() throws Exception {
        DemoClient ann = client("ann").signIn("ann");
        DemoClient bob = client("bob").signIn("bob");

        sendMany(ann, bob);
    }

    @Test
    @DisplayName("shows accounts to each other that subscribed, at once")
    void subscription() throws Exception {
        DemoClient ann = client("ann").signIn("ann");
        DemoClient bob = client("bob").signIn("bob");

        ann.send(Presence.Type.subscribe, "bob@localhost");
        awaitPresence(ann, bob.fullJid(), "bob");
        bob.send(Presence.Type.subscribe, "ann@localhost");
        awaitPresence(bob, ann.fullJid(), "ann");
    }

    @Test
    @DisplayName("shows accounts to each other that subscribed, when they sign in anew, in either order")
    void subscriptionHolds() throws Exception {
        DemoClient ann = client("ann").signIn("ann");
        DemoClient bob = client("bob").signIn("bob");
        ann.send(Presence.Type.subscribe, "bob@localhost");
        awaitPresence(ann, bob.fullJid(), "bob");
        bob.send(Presence.Type.subscribe, "ann@localhost");
        awaitPresence(bob, ann.fullJid(), "ann");

        String left = bob.fullJid();
        bob.close();
        awaitGone(ann, left);
        DemoClient again = client("bob").signIn("again");

        awaitPresence(ann, again.fullJid(), "again");
        awaitPresence(again, ann.fullJid(), "ann");
    }

    @Test
    @DisplayName("listens on the loopback interface only")
    void loopbackOnly() throws Exception {
        List<InetAddress> others = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress())
                .toList();

        for (InetAddress other : others) {
            try (Socket socket = new Socket()) {
                InetSocketAddress address = new InetSocketAddress(other, server.port());
                assertThatThrownBy(() -> socket.connect(address, 1000)).isInstanceOf(ConnectException.class);
            }
        }
    }

    @Test
    @DisplayName("leaves neither a thread nor the port when it is closed under a connected client")
    void close() throws Exception {
        client("ann").signIn("ann");

        server.close();

        await().atMost(SOON).until(() -> threads.stream().noneMatch(Thread::isAlive));
        try (Socket socket = new Socket()) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
            assertThatThrownBy(() -> socket.connect(address, 1000)).isInstanceOf(ConnectException.class);
        }
    }

    private static void sendMany(DemoClient from, DemoClient to) throws Exception {
        List<String> marks =
                IntStream.range(0, MANY).mapToObj(Integer::toString).toList();

        for (String mark : marks) {
            from.send(to.fullJid(), mark);
        }

        await().atMost(SOON).until(() -> to.messages.size() == MANY);
        assertThat(to.messages).extracting(DemoClient::markOf).containsExactlyElementsOf(marks);
        assertThat(to.messages).allSatisfy(message -> {
            assertThat(message.getFrom().toString()).isEqualTo(from.fullJid());
            assertThat(message.getType()).isEqualTo(Message.Type.headline);
        });
    }

    private static void awaitPresence(DemoClient client, String of, String mark) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(client.availablePresences()).anySatisfy(presence -> {
                    assertThat(presence.getFrom().toString()).isEqualTo(of);
                    assertThat(DemoClient.markOf(presence)).isEqualTo(mark);
                }));
    }

    private static void awaitGone(DemoClient client, String fullJid) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(client.presences).anySatisfy(presence -> {
                    assertThat(presence.getFrom().toString()).isEqualTo(fullJid);
                    assertThat(presence.getType()).isEqualTo(Presence.Type.unavailable);
                }));
    }

    private DemoClient client(String user) throws Exception {
        return remember(new DemoClient(server, user, "secret of " + user, server.certificate()));
    }

    private DemoClient remember(DemoClient client) {
        clients.add(client);
        return client;
    }
}
