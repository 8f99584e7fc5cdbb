package dev.tandem.xmpp.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A server, or somebody in its place, that offers no encryption")
@Timeout(60)
class StrippedTlsTest {
    private static final String FEATURES = "<?xml version='1.0'?><stream:stream xmlns='jabber:client'"
            + " xmlns:stream='http://etherx.jabber.org/streams' id='1' from='localhost' version='1.0'>"
            + "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
            + "<mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>";

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "tandem-test");
        thread.setDaemon(true);
        return thread;
    }

    /** All that a client says to a server that answers each stream header with the same features. */
    private static CompletableFuture<String> heardBy(ServerSocket server) {
        CompletableFuture<String> heard = new CompletableFuture<>();
        daemon(() -> {
                    StringBuilder said = new StringBuilder();
                    try (Socket client = server.accept()) {
                        InputStream in = client.getInputStream();
                        byte[] buffer = new byte[4096];
                        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                            said.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
                            if (said.indexOf("<stream:stream") >= 0 && said.indexOf("</stream:stream>") < 0) {
                                client.getOutputStream().write(FEATURES.getBytes(StandardCharsets.UTF_8));
                            }
                        }
                    } catch (IOException over) {
                        said.append("(ended: ").append(over.getMessage()).append(')');
                    }
                    heard.complete(said.toString());
                })
                .start();
        return heard;
    }

    @Test
    @DisplayName("gets neither the password nor any attempt to sign in")
    void noPassword() throws Exception {
        ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, StrippedTlsTest::daemon);
        LinkedBlockingQueue<AccountState> states = new LinkedBlockingQueue<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> heard = heardBy(server);
            AccountSettings settings = new AccountSettings(
                    "ann@localhost", "secret", Optional.of("127.0.0.1:" + server.getLocalPort()), Optional.empty());
            try (Account account = new Account(
                    settings,
                    new DeviceId("a".repeat(64)),
                    (which, state) -> states.add(state),
                    timers,
                    StrippedTlsTest::daemon,
                    InstantSource.system(),
                    new Random(1))) {
                account.start();

                AccountState state = states.poll(30, TimeUnit.SECONDS);
                while (state instanceof AccountState.Connecting) {
                    state = states.poll(30, TimeUnit.SECONDS);
                }
                assertThat(state).isNotNull().isNotInstanceOf(AccountState.Online.class);
            }
            assertThat(heard.get(30, TimeUnit.SECONDS))
                    .contains("<stream:stream")
                    .doesNotContain("<auth")
                    .doesNotContain("secret");
        } finally {
            timers.shutdownNow();
        }
    }
}
