package dev.tandem.xmpp.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.account.Messenger;
import dev.tandem.xmpp.account.Payload;
import dev.tandem.xmpp.account.PayloadListener;
import dev.tandem.xmpp.testing.VirtualTime;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("In-band sessions through a hostile server, with hostile devices")
@Timeout(60)
@SuppressWarnings("NullAway") // listeners that are set before anybody uses them
class HostileServerTest {
    private static final int MILLION = 1_000_000;
    private static final long MAX_GROWTH = 16L << 20;
    private static final byte[] FULL = new byte[Chunk.MAX_CONTENT];

    private final VirtualTime time = new VirtualTime(new SplittableRandom(1));
    private final FakeAccount account = new FakeAccount("me@example.org/tandem-a");
    private final Heard heard = new Heard();
    private final InBandCarriers carriers = carriers(account, heard);
    private final DeviceAddress phone = address("phone@example.org/tandem-b", 'b');

    /** An account whose server delivers what a test says, and may stop taking what is sent. */
    private static final class FakeAccount implements Messenger {
        final String fullJid;
        final Set<DeviceAddress> devices = new HashSet<>();
        final AtomicLong sent = new AtomicLong();
        final CountDownLatch taking = new CountDownLatch(1);
        volatile boolean stuck;
        PayloadListener listener;
        FakeAccount other;

        FakeAccount(String fullJid) {
            this.fullJid = fullJid;
        }

        @Override
        public void send(String to, Payload payload) throws IOException {
            sent.incrementAndGet();
            try {
                if (stuck) {
                    taking.await();
                }
            } catch (InterruptedException closed) {
                throw new IOException(closed);
            }
            if (other != null) {
                other.listener.received(fullJid, payload);
            }
        }

        @Override
        public String bareJid() {
            return "me@example.org";
        }

        @Override
        public void listen(String namespace, PayloadListener target) {
            listener = target;
        }

        @Override
        public Set<DeviceAddress> devices() {
            return devices;
        }

        @Override
        public void watchDevices(DeviceListener watcher) {}

        @Override
        public void subscribe(String bareJid) {}

        @Override
        public void acceptSubscriptions(Predicate<String> bareJid) {}
    }

    /** What the link layer would hear. */
    private static final class Heard implements CarrierListener {
        final Map<Carrier, DeviceAddress> opened = new LinkedHashMap<>();
        int asked;

        @Override
        public void deviceAvailable(DeviceAddress address) {}

        @Override
        public void deviceUnavailable(DeviceAddress address) {}

        @Override
        public void opened(DeviceAddress from, Carrier carrier) {
            opened.put(carrier, from);
        }

        @Override
        public void asked(DeviceAddress from) {
            asked++;
        }

        Carrier only() {
            assertThat(opened).hasSize(1);
            return opened.keySet().iterator().next();
        }
    }

    @AfterEach
    void close() {
        carriers.close();
    }

    @Test
    @DisplayName("GRID-7: what comes from an address that is no device's opens nothing, and is not answered")
    void unknownAddresses() {
        long before = heap();
        for (int i = 0; i < 100_000; i++) {
            String stranger = "x" + i + "@evil.example/y";
            account.listener.received(stranger, data("s" + i, 1));
            account.listener.received(stranger, data("s" + i, 2));
            account.listener.received(stranger, Chunk.ask());
            account.listener.received(stranger, Chunk.reset("s" + i));
        }

        assertThat(heard.opened).isEmpty();
        assertThat(heard.asked).isZero();
        assertThat(heap() - before).isLessThan(MAX_GROWTH);
        assertThat(account.sent).hasValue(0);
    }

    @Test
    @DisplayName("GRID-7: data of one device does not get into another's session, whoever knows its number")
    void spoofed() throws Exception {
        DeviceAddress tablet = address("tablet@example.org/tandem-c", 'c');
        account.devices.addAll(Set.of(phone, tablet));
        account.listener.received(phone.fullJid(), data("s", 1));
        account.listener.received(tablet.fullJid(), data("s", 2));
        account.listener.received(phone.fullJid() + "x", data("s", 2));
        account.listener.received(phone.fullJid(), data("t", 2));
        account.listener.received(phone.fullJid(), last("s", 2));

        assertThat(readAll(heard.only())).isEqualTo(Chunk.MAX_CONTENT);
    }

    @Test
    @DisplayName("GRID-4: sessions that one device opens without end are four; the others are reset")
    void manySessions() {
        account.devices.add(phone);
        long before = heap();
        for (int i = 0; i < 100_000; i++) {
            account.listener.received(phone.fullJid(), data("s" + i, 1));
        }

        assertThat(heard.opened).hasSize(4);
        assertThat(heap() - before).isLessThan(MAX_GROWTH);
    }

    @Test
    @DisplayName("GRID-4: sessions of ten thousand devices are bounded in all")
    void manyDevices() {
        for (int i = 0; i < 2_000; i++) {
            DeviceAddress device = address("x" + i + "@evil.example/y", 'd');
            account.devices.add(device);
            for (int session = 0; session < 10; session++) {
                account.listener.received(device.fullJid(), data("s" + session, 1));
            }
        }

        assertThat(heard.opened).hasSizeLessThanOrEqualTo(512);
    }

    @Test
    @DisplayName("GRID-25: numbers outside the window are dropped, acknowledged anew, and nothing is kept of them")
    void numbersOutsideTheWindow() throws Exception {
        account.devices.add(phone);
        account.listener.received(phone.fullJid(), data("s", 1));
        long before = heap();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 100_000; i++) {
            long number = Receiver.ROOM + 2 + random.nextLong(Long.MAX_VALUE - Receiver.ROOM - 2);
            account.listener.received(phone.fullJid(), data("s", number));
        }
        for (String number : List.of("-1", "9223372036854775807", "9223372036854775808", "1e9", "", " 2", "0x2")) {
            account.listener.received(
                    phone.fullJid(),
                    new Payload(Chunk.NAMESPACE, Chunk.ELEMENT, Map.of("s", "s", "n", number), new byte[0]));
        }

        assertThat(heap() - before).isLessThan(MAX_GROWTH);
        account.listener.received(phone.fullJid(), last("s", 2));
        assertThat(readAll(heard.only())).isEqualTo(Chunk.MAX_CONTENT);
    }

    @Test
    @DisplayName("GRID-24: a session that nobody reads keeps 256 messages, whatever is sent")
    void neverRead() {
        account.devices.add(phone);
        long before = heap();
        for (int i = 1; i <= 20_000; i++) {
            account.listener.received(phone.fullJid(), copy("s", i));
        }

        assertThat(heap() - before).isLessThan(2L * Receiver.ROOM * Chunk.MAX_CONTENT);
    }

    @Test
    @DisplayName("GRID-24: a session that we have closed keeps nothing of what still comes")
    void closedByUs() {
        account.devices.add(phone);
        account.listener.received(phone.fullJid(), copy("s", 1));
        heard.only().close("not paired");
        long before = heap();
        for (int i = 2; i <= 256; i++) {
            account.listener.received(phone.fullJid(), copy("s", i));
        }

        assertThat(heap() - before).isLessThan(256 * 1024);
    }

    @Test
    @DisplayName("GRID-4: a session that we have closed is over after two minutes, even if the peer goes on and on")
    void closedByUsForGood() {
        account.devices.add(phone);
        account.listener.received(phone.fullJid(), data("s", 1));
        heard.only().close("not paired");
        for (int second = 0; second < 130; second++) {
            time.pass(1000);
            account.listener.received(phone.fullJid(), data("s", 2));
        }
        heard.opened.clear();
        account.listener.received(phone.fullJid(), data("s", 1));

        assertThat(heard.opened).hasSize(1); // its number is free again
    }

    @Test
    @DisplayName("GRID-24: messages of unknown sessions are answered as fast as the server takes it, and no faster")
    void resetsPileUp() {
        account.devices.add(phone);
        account.stuck = true;
        long before = heap();
        for (int i = 0; i < MILLION; i++) {
            account.listener.received(phone.fullJid(), data("s" + i, 7));
        }

        assertThat(heap() - before).isLessThan(MAX_GROWTH);
        account.taking.countDown();
    }

    @Test
    @DisplayName("GRID-24: acknowledgements do not pile up while the server takes none")
    void acknowledgementsPileUp() {
        account.devices.add(phone);
        account.listener.received(phone.fullJid(), data("s", 1));
        account.stuck = true;
        long before = heap();
        for (int i = 0; i < MILLION; i++) {
            account.listener.received(phone.fullJid(), data("s", 1));
        }

        assertThat(heap() - before).isLessThan(MAX_GROWTH);
        account.taking.countDown();
    }

    @Test
    @DisplayName("GRID-4: two ends that know nothing of each other's sessions do not answer each other for ever")
    void resetStorm() throws Exception {
        FakeAccount far = new FakeAccount(phone.fullJid());
        InBandCarriers theirs = carriers(far, new Heard());
        account.devices.add(phone);
        far.devices.add(address(account.fullJid, 'a'));
        account.other = far;
        far.other = account;
        account.listener.received(phone.fullJid(), data("s", 7));
        far.listener.received(account.fullJid, data("t", 7));

        while (account.sent.get() < 1 || far.sent.get() < 1) {
            Thread.onSpinWait();
        }
        Deque<Long> counts = new ArrayDeque<>();
        for (int i = 0; i < 50; i++) {
            time.pass(100);
            counts.add(account.sent.get() + far.sent.get());
        }
        assertThat(counts.getLast()).isEqualTo(2);
        theirs.close();
    }

    @Test
    @DisplayName("GRID-25: acknowledgements of what was never sent, and backwards, change nothing")
    void falseAcknowledgements() throws Exception {
        account.devices.add(phone);
        Carrier carrier = carriers.open(phone);
        for (int i = 0; i < 2; i++) {
            carrier.write(new byte[100], 0, 100);
        }
        String session = ((InBandCarrier) carrier).session;
        for (long number : new long[] {Long.MAX_VALUE, 3, 1 << 30, 1, 0, 2}) {
            account.listener.received(phone.fullJid(), acknowledgement(session, number, Integer.MAX_VALUE));
        }

        carrier.write(new byte[1], 0, 1);
        account.listener.received(phone.fullJid(), last(session, 1));
        assertThat(readAll(carrier)).isZero();
    }

    @Test
    @DisplayName("GRID-38: a peer that never has room is probed now and then, and what waits for it is bounded")
    void noRoomForEver() throws Exception {
        account.devices.add(phone);
        Carrier carrier = carriers.open(phone);
        String session = ((InBandCarrier) carrier).session;
        List<Throwable> failures = new ArrayList<>();
        Thread writer = new Thread(() -> {
            try {
                for (int i = 0; i < 10_000; i++) {
                    carrier.write(FULL, 0, FULL.length);
                }
            } catch (IOException ended) {
                failures.add(ended);
            }
        });
        writer.start();
        while (writer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        account.listener.received(phone.fullJid(), acknowledgement(session, 16, 0));
        long before = account.sent.get();
        for (int second = 0; second < 600; second++) {
            time.pass(1000);
            account.listener.received(phone.fullJid(), acknowledgement(session, 16, 0));
        }

        assertThat(account.sent.get() - before).as("probes in ten minutes").isLessThan(600);
        assertThatThrownBy(() -> {
                    carriers.close();
                    writer.join();
                    throw failures.get(0);
                })
                .hasMessage("the account was signed out");
    }

    private InBandCarriers carriers(FakeAccount of, Heard listener) {
        return new InBandCarriers(
                of,
                listener,
                time.ticker(),
                time,
                task -> {
                    Thread thread = new Thread(task, "tandem-test");
                    thread.setDaemon(true);
                    return thread;
                },
                new SplittableRandom(1));
    }

    private static DeviceAddress address(String fullJid, char digit) {
        return new DeviceAddress(new DeviceId(String.valueOf(digit).repeat(64)), "me@example.org", fullJid);
    }

    private static Payload data(String session, long number) {
        return new Chunk(session, number, 0, 256, false, FULL).encode();
    }

    /** With content of its own, as it comes from a parser. */
    private static Payload copy(String session, long number) {
        return new Chunk(session, number, 0, 256, false, FULL.clone()).encode();
    }

    private static Payload last(String session, long number) {
        return new Chunk(session, number, 0, 256, true, new byte[0]).encode();
    }

    private static Payload acknowledgement(String session, long number, int window) {
        return new Chunk(session, 0, number, window, false, new byte[0]).encode();
    }

    private static int readAll(Carrier carrier) throws IOException {
        int all = 0;
        for (int read = 0; read >= 0; read = carrier.read(new byte[5000], 0, 5000)) {
            all += read;
        }
        return all;
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
