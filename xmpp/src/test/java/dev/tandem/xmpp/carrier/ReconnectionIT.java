package dev.tandem.xmpp.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.primitives.Bytes;
import dev.tandem.xmpp.account.AccountState;
import dev.tandem.xmpp.account.Relay;
import dev.tandem.xmpp.testing.Prosody;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A transfer whose accounts lose their connections")
@Timeout(120)
class ReconnectionIT {
    private static final int MEGABYTES = 4;
    private static final int ALL = MEGABYTES << 20;

    private static boolean online(TwoDevices.Device device) {
        return device.account.state() instanceof AccountState.Online;
    }

    @Test
    @DisplayName("PUSH-2: goes on after the server was killed and restarted in its middle")
    void serverKilled(@TempDir Path directory) throws Exception {
        try (Prosody server = Prosody.start(directory).addUser("ada", TwoDevices.PASSWORD);
                TwoDevices devices = new TwoDevices(server.address(), server.address(), server.certificate())) {
            TwoDevices.Pair pair = devices.open();
            byte[] bytes = TwoDevices.noise(1, ALL);
            CompletableFuture<Void> writing = pair.writing(bytes);
            assertThat(TwoDevices.read(pair.there(), ALL / 4)).isEqualTo(Arrays.copyOf(bytes, ALL / 4));
            server.kill();
            await().until(() -> !online(devices.laptop) && !online(devices.tablet));
            server.restart();
            long back = System.nanoTime();

            assertThat(TwoDevices.read(pair.there(), ALL - ALL / 4)).isEqualTo(Arrays.copyOfRange(bytes, ALL / 4, ALL));
            writing.get(10, TimeUnit.SECONDS);
            System.out.printf("server killed: done %.1f s after its return%n", (System.nanoTime() - back) / 1e9);
        }
    }

    @Test
    @DisplayName(
            "PUSH-2: goes on where it was when the sender's connection breaks, the stream being resumed (XEP-0198)")
    void senderResumed(@TempDir Path directory) throws Exception {
        resumed(directory, true, "");
    }

    @Test
    @DisplayName("PUSH-2: goes on where it was when the receiver's connection breaks, the stream being resumed")
    void receiverResumed(@TempDir Path directory) throws Exception {
        resumed(directory, false, "");
    }

    @Test
    @DisplayName("PUSH-2: goes on when the sender's connection breaks and the server has no stream management")
    void senderWithout(@TempDir Path directory) throws Exception {
        resumed(directory, true, "modules_disabled = { \"s2s\"; \"smacks\" }");
    }

    @Test
    @DisplayName("PUSH-2: goes on when the receiver's connection breaks and the server has no stream management")
    void receiverWithout(@TempDir Path directory) throws Exception {
        resumed(directory, false, "modules_disabled = { \"s2s\"; \"smacks\" }");
    }

    @Test
    @DisplayName("PUSH-2: goes on after an ejabberd that shapes was killed and restarted in its middle")
    void ejabberdKilled(@TempDir Path directory) throws Exception {
        try (Ejabberd server = Ejabberd.start(directory);
                TwoDevices devices = new TwoDevices(server.address(), server.address(), server.certificate())) {
            TwoDevices.Pair pair = devices.open();
            byte[] bytes = TwoDevices.noise(1, 48 * 1024);
            CompletableFuture<Void> writing = pair.writing(bytes);
            byte[] first = TwoDevices.read(pair.there(), 16 * 1024);
            server.kill();
            await().until(() -> !online(devices.laptop) && !online(devices.tablet));
            server.restart();
            long back = System.nanoTime();

            byte[] rest = TwoDevices.read(pair.there(), 32 * 1024);
            assertThat(Bytes.concat(first, rest)).isEqualTo(bytes);
            writing.get(60, TimeUnit.SECONDS);
            System.out.printf("ejabberd killed: done %.1f s after its return%n", (System.nanoTime() - back) / 1e9);
        }
    }

    private static void resumed(Path directory, boolean sender, String extra) throws Exception {
        try (Prosody server = Prosody.start(directory, extra).addUser("ada", TwoDevices.PASSWORD);
                Relay relay = new Relay(server.port())) {
            String relayed = "127.0.0.1:" + relay.port();
            try (TwoDevices devices = new TwoDevices(
                    sender ? relayed : server.address(), sender ? server.address() : relayed, server.certificate())) {
                TwoDevices.Device broken = sender ? devices.laptop : devices.tablet;
                AccountState before = broken.account.state();
                TwoDevices.Pair pair = devices.open();
                byte[] bytes = TwoDevices.noise(1, ALL);
                CompletableFuture<Void> writing = pair.writing(bytes);
                TwoDevices.read(pair.there(), ALL / 4);
                int states = broken.states.size();
                long cut = System.nanoTime();
                relay.cut();

                assertThat(TwoDevices.read(pair.there(), ALL - ALL / 4))
                        .isEqualTo(Arrays.copyOfRange(bytes, ALL / 4, ALL));
                writing.get(10, TimeUnit.SECONDS);
                System.out.printf(
                        "%s cut %s: done %.1f s after; %s%n",
                        sender ? "sender" : "receiver",
                        extra.isEmpty() ? "with XEP-0198" : "without",
                        (System.nanoTime() - cut) / 1e9,
                        broken.states);
                await().atMost(Duration.ofSeconds(20)).until(() -> broken.states.size() > states && online(broken));
                assertThat(broken.account.state()).isEqualTo(before);
            }
        }
    }
}
