package dev.tandem.xmpp.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.testing.MemoryServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The carriers of an account, when they are closed")
@Timeout(20)
class InBandCarriersTest {
    private static final DeviceId A = new DeviceId("a".repeat(64));
    private static final DeviceId B = new DeviceId("b".repeat(64));

    private final MemoryServer server = new MemoryServer();
    private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
    private final MemoryServer.Client clientA = server.signIn("ann@x", A);
    private final MemoryServer.Client clientB = server.signIn("ann@x", B);
    private final BlockingQueue<Carrier> opened = new LinkedBlockingQueue<>();
    private final InBandCarriers here = carriers(clientA);
    private final InBandCarriers there = carriers(clientB);

    private InBandCarriers carriers(MemoryServer.Client client) {
        CarrierListener listener = new CarrierListener() {
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
        };
        return new InBandCarriers(
                client,
                listener,
                Ticker.systemTicker(),
                timers,
                task -> {
                    Thread thread = new Thread(task, "tandem-test");
                    thread.setDaemon(true);
                    return thread;
                },
                new Random(1));
    }

    @AfterEach
    void stop() {
        here.close();
        there.close();
        timers.shutdownNow();
    }

    private Carrier open() throws IOException {
        return here.open(clientA.devices().iterator().next());
    }

    @Test
    @DisplayName("what was written before a carrier was closed still arrives, and the end after it")
    void goodbye() throws Exception {
        Carrier carrier = open();
        byte[] words = "goodbye".repeat(2_000).getBytes(StandardCharsets.US_ASCII);
        carrier.write(words, 0, words.length);
        carrier.close("going");
        here.close();

        Carrier other = opened.poll(5, TimeUnit.SECONDS);
        assertThat(other).isNotNull();
        assertThat(TwoDevices.read(other, words.length)).isEqualTo(words);
        assertThat(other.read(new byte[1], 0, 1)).isEqualTo(-1);
    }

    @Test
    @DisplayName("a device that answers nothing is waited for half a second, no more")
    void silentPeer() throws Exception {
        server.drop(payload -> true);
        Carrier carrier = open();
        carrier.write(new byte[1], 0, 1);
        carrier.close("going");
        long from = System.nanoTime();

        here.close();

        assertThat(System.nanoTime() - from).isBetween(400_000_000L, 3_000_000_000L);
    }

    @Test
    @DisplayName("one that nobody closed is not waited for, and fails")
    void notClosed() throws Exception {
        Carrier carrier = open();
        server.drop(payload -> true);
        carrier.write(new byte[1], 0, 1);
        long from = System.nanoTime();

        here.close();

        assertThat(System.nanoTime() - from).isLessThan(400_000_000L);
        assertThatThrownBy(() -> carrier.write(new byte[1], 0, 1)).hasMessageContaining("signed out");
    }
}
