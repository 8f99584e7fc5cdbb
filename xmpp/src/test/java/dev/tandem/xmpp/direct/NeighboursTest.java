package dev.tandem.xmpp.direct;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.testing.VirtualTime;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The neighbours")
class NeighboursTest {
    private static final DeviceId ME = new DeviceId("0".repeat(64));
    private static final DeviceId ANNA = new DeviceId("a".repeat(64));

    private final VirtualTime time = new VirtualTime(new Random(1));
    private final List<String> heard = new ArrayList<>();
    private final Map<String, InetAddress> networks = new LinkedHashMap<>();
    private final Map<InetAddress, Neighbours.Ears> ears = new HashMap<>();
    private final List<String> opened = new ArrayList<>();
    private boolean broken;
    private Neighbours neighbours;

    private final class Fakes implements Neighbours.Responders {
        @Override
        public Closeable open(InetAddress on, DeviceId me, int port, Neighbours.Ears hearing) throws IOException {
            if (broken) {
                throw new IOException("Address already in use");
            }
            opened.add(on.getHostAddress() + " " + me.brief() + " " + port);
            ears.put(on, hearing);
            return () -> opened.add("closed " + on.getHostAddress());
        }
    }

    @BeforeEach
    void start() throws Exception {
        networks.put("eth0", address("192.0.2.1"));
        neighbours = Neighbours.start(
                ME,
                4711,
                new Neighbours.Listener() {
                    @Override
                    public void found(DeviceId device, List<Candidate> at) {
                        heard.add(device.brief() + " at " + at);
                    }

                    @Override
                    public void lost(DeviceId device) {
                        heard.add("lost " + device.brief());
                    }
                },
                new Fakes(),
                () -> Map.copyOf(networks),
                time,
                Runnable::run);
        time.pass(1);
    }

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    private Neighbours.Ears on(String text) throws UnknownHostException {
        return Objects.requireNonNull(ears.get(address(text)));
    }

    private static Neighbours.Announcement says(String name, String id, String version, int port, String... at)
            throws UnknownHostException {
        List<InetAddress> addresses = new ArrayList<>();
        for (String each : at) {
            addresses.add(address(each));
        }
        return new Neighbours.Announcement(name, id, version, port, addresses);
    }

    @Test
    @DisplayName("are told where this device is, and tell where they are, and when they go")
    void foundAndLost() throws Exception {
        Neighbours.Ears eth0 = on("192.0.2.1");

        eth0.heard(says("anna", ANNA.hex(), "1", 99, "192.0.2.7"));
        eth0.heard(says("anna", ANNA.hex(), "1", 99, "192.0.2.7"));
        eth0.heard(says("anna", ANNA.hex(), "1", 98, "192.0.2.7"));
        eth0.withdrawn("anna");
        eth0.withdrawn("anna");

        assertThat(opened).containsExactly("192.0.2.1 00000000 4711");
        assertThat(heard).containsExactly("aaaaaaaa at [192.0.2.7:99]", "aaaaaaaa at [192.0.2.7:98]", "lost aaaaaaaa");
    }

    @Test
    @DisplayName("are ignored where their announcement is malformed, or is our own")
    void malformed() throws Exception {
        Neighbours.Ears eth0 = on("192.0.2.1");

        eth0.heard(says("a", "A".repeat(64), "1", 99, "192.0.2.7"));
        eth0.heard(says("a", "a".repeat(100_000), "1", 99, "192.0.2.7"));
        eth0.heard(says("a", "null", "1", 99, "192.0.2.7"));
        eth0.heard(says("a", ANNA.hex(), "2", 99, "192.0.2.7"));
        eth0.heard(says("a", ANNA.hex(), "1", 0, "192.0.2.7"));
        eth0.heard(says("a", ANNA.hex(), "1", 99));
        eth0.heard(says("a", ANNA.hex(), "1", 99, "224.0.0.1", "0.0.0.0", "127.0.0.1", "::1"));
        eth0.heard(says("a".repeat(64), ANNA.hex(), "1", 99, "192.0.2.7"));
        eth0.heard(says("a", ME.hex(), "1", 99, "192.0.2.7"));

        assertThat(heard).isEmpty();
    }

    @Test
    @DisplayName("that somebody else announces are found where they really are, too")
    void falseAnnouncement() throws Exception {
        Neighbours.Ears eth0 = on("192.0.2.1");
        String[] lies = new String[200];
        for (int i = 0; i < lies.length; i++) {
            lies[i] = "10.6.6." + (i + 1);
        }

        eth0.heard(says("mallory", ANNA.hex(), "1", 66, lies));
        eth0.heard(says("anna", ANNA.hex(), "1", 99, "192.0.2.7"));

        assertThat(heard.get(1)).contains("192.0.2.7:99");
    }

    @Test
    @DisplayName("are at most a thousand")
    void bounded() throws Exception {
        for (int i = 0; i < 2 * NeighbourTable.MAX; i++) {
            on("192.0.2.1").heard(says("n" + i, String.format("%064x", i + 1), "1", 99, "192.0.2.7"));
        }

        assertThat(heard).hasSize(NeighbourTable.MAX);
    }

    @Test
    @DisplayName("are heard on interfaces that come, and lost on those that go")
    void interfaces() throws Exception {
        networks.put("wlan0", address("198.51.100.1"));
        time.pass(Neighbours.LOOK.toMillis());
        on("192.0.2.1").heard(says("anna", ANNA.hex(), "1", 99, "192.0.2.7"));
        on("198.51.100.1").heard(says("anna", ANNA.hex(), "1", 99, "198.51.100.7"));

        networks.remove("eth0");
        time.pass(Neighbours.LOOK.toMillis());
        networks.put("wlan0", address("198.51.100.2"));
        time.pass(Neighbours.LOOK.toMillis());

        assertThat(opened)
                .containsExactly(
                        "192.0.2.1 00000000 4711",
                        "198.51.100.1 00000000 4711",
                        "closed 192.0.2.1",
                        "closed 198.51.100.1",
                        "198.51.100.2 00000000 4711");
        assertThat(heard)
                .containsExactly(
                        "aaaaaaaa at [192.0.2.7:99]",
                        "aaaaaaaa at [192.0.2.7:99, 198.51.100.7:99]",
                        "aaaaaaaa at [198.51.100.7:99]",
                        "lost aaaaaaaa");
    }

    @Test
    @DisplayName("cannot be heard where mDNS cannot start; that is a value, and tried again")
    void trouble() throws Exception {
        broken = true;
        networks.put("wlan0", address("198.51.100.1"));
        time.pass(Neighbours.LOOK.toMillis());
        assertThat(neighbours.troubles()).isEqualTo(Map.of("wlan0", "Address already in use"));

        broken = false;
        time.pass(Neighbours.LOOK.toMillis());

        assertThat(neighbours.troubles()).isEmpty();
        assertThat(ears).hasSize(2);
    }

    @Test
    @DisplayName("are listened to again where mDNS has given up")
    void deaf() throws Exception {
        on("192.0.2.1").heard(says("anna", ANNA.hex(), "1", 99, "192.0.2.7"));

        on("192.0.2.1").deaf();
        assertThat(neighbours.troubles()).containsOnlyKeys("eth0");
        time.pass(Neighbours.LOOK.toMillis());

        assertThat(neighbours.troubles()).isEmpty();
        assertThat(opened).containsExactly("192.0.2.1 00000000 4711", "closed 192.0.2.1", "192.0.2.1 00000000 4711");
        assertThat(heard).containsExactly("aaaaaaaa at [192.0.2.7:99]", "lost aaaaaaaa");
    }

    @Test
    @DisplayName("are not listened to any more once closed")
    void closed() throws Exception {
        neighbours.close();
        on("192.0.2.1").heard(says("anna", ANNA.hex(), "1", 99, "192.0.2.7"));
        time.pass(Neighbours.LOOK.toMillis() * 3);

        assertThat(opened).containsExactly("192.0.2.1 00000000 4711", "closed 192.0.2.1");
        assertThat(heard).isEmpty();
    }
}
