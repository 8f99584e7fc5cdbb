package dev.tandem.xmpp.direct;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.testing.Namespaces;
import dev.tandem.xmpp.testing.Namespaces.Host;
import dev.tandem.xmpp.testing.Programme;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Two devices with a direct path between them")
class DirectPathIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String MIB = Integer.toString(1 << 20);

    private static Namespaces world;

    private final List<Programme> programmes = new ArrayList<>();

    @BeforeAll
    static void build(@TempDir Path logs) throws Exception {
        world = Namespaces.create(logs);
    }

    @AfterAll
    static void remove() {
        if (world != null) {
            world.close();
        }
    }

    @AfterEach
    void end() throws Exception {
        programmes.forEach(Programme::close);
        world.restore();
    }

    private Programme start(Host host, String... arguments) throws Exception {
        Programme programme = world.startJava(host, DirectPeer.class, arguments);
        programmes.add(programme);
        return programme;
    }

    private Programme listen() throws Exception {
        return start(Host.B, "listen");
    }

    private static String[] candidates(Programme listener) throws Exception {
        return listener.await("listening (.*)", SOON).group(1).split(" ", -1);
    }

    private Programme dial(String bytes, String... candidates) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("dial", bytes));
        arguments.addAll(List.of(candidates));
        return start(Host.A, arguments.toArray(String[]::new));
    }

    @Test
    @DisplayName("connect over it, and bytes arrive")
    void up() throws Exception {
        Programme listener = listen();
        String[] candidates = candidates(listener);
        assertThat(String.join(" ", candidates)).contains("10.77.3.2:", "[fd77:3::2]:", "10.77.2.2:");

        Programme dialler = dial(MIB, candidates);

        dialler.await("at (10\\.77\\.3\\.2|\\[fd77:3::2\\]):", SOON);
        dialler.await("sent " + MIB, SOON);
        listener.await("took " + ((1 << 20) + 1) + "$", SOON);
    }

    @Test
    @DisplayName("do not connect where the path swallows everything, and know after 10 s")
    void swallowed() throws Exception {
        String[] candidates = candidates(listen());
        world.swallow();

        dial(MIB, candidates).await("lost: .*no connection within 10 s", SOON);
    }

    @Test
    @DisplayName("know at once where the path is refused")
    void refused() throws Exception {
        String[] candidates = candidates(listen());
        world.refuse();

        dial(MIB, candidates).await("lost: .*cannot connect to .*(No route|unreachable)", Duration.ofSeconds(8));
    }

    @Test
    @DisplayName("GRID-38: notice within half a minute that everything is swallowed in mid-transfer, and connect again")
    void swallowedInTransfer() throws Exception {
        String[] candidates = candidates(listen());
        Programme dialler = dial(Long.toString(1L << 40), candidates);
        dialler.await("sending", SOON);

        world.swallow();

        dialler.await("sent \\d+ until the other device took nothing for 20 s", Duration.ofSeconds(40));
        world.restore();
        dial(MIB, candidates).await("sent " + MIB, SOON);
    }

    @Test
    @DisplayName("GRID-38: notice within half a minute that the cable was pulled, and connect again")
    void cutInTransfer() throws Exception {
        String[] candidates = candidates(listen());
        Programme dialler = dial(Long.toString(1L << 40), candidates);
        dialler.await("sending", SOON);

        world.cut();

        dialler.await("sent \\d+ until ", Duration.ofSeconds(40));
        world.restore();
        dial(MIB, candidates).await("sent " + MIB, SOON);
    }

    @Test
    @DisplayName("find each other by mDNS, tell nothing but fingerprints, and hear goodbyes")
    void near() throws Exception {
        String anna = "a1".repeat(32);
        String bert = "b2".repeat(32);
        String host = InetAddress.getLocalHost().getHostName();
        Programme spy = start(Host.B, "sniff", "direct0", host, System.getProperty("user.name"), anna);
        spy.await("sniffing", SOON);

        Programme one = start(Host.A, "near", anna, "4711");
        Programme two = start(Host.B, "near", bert, "4712");

        one.await("found b2b2b2b2 \\[10.77.3.2:4712\\]", SOON);
        two.await("found a1a1a1a1 \\[10.77.3.1:4711\\]", SOON);
        one.process().getOutputStream().close();
        one.await("troubles \\{\\}", SOON);
        two.await("gone a1a1a1a1", SOON);
        spy.await("^word " + anna, SOON);
        assertThat(spy.printed()).doesNotContain("word " + host, "word " + System.getProperty("user.name"));
    }

    @Test
    @DisplayName("lose each other when the cable is pulled, and find each other again")
    void nearAgain() throws Exception {
        Programme one = start(Host.A, "near", "a1".repeat(32), "4711");
        start(Host.B, "near", "b2".repeat(32), "4712");
        one.await("found b2b2b2b2", SOON);

        world.cut();

        one.await("gone b2b2b2b2", SOON);
        world.restore();
        one.await("found b2b2b2b2 \\[10.77.3.2:4712\\]", Duration.ofSeconds(40));
    }

    @Test
    @DisplayName("find each other after 20,000 malformed packets on their network")
    void noise() throws Exception {
        Programme noise = start(Host.B, "noise", "direct0", "20000");
        noise.await("listening", SOON);
        Programme one = start(Host.A, "near", "a1".repeat(32), "4711");
        Programme first = start(Host.B, "near", "b2".repeat(32), "4712");
        one.await("found b2b2b2b2", SOON);
        noise.await("noised", Duration.ofSeconds(60));
        first.process().getOutputStream().close();

        start(Host.B, "near", "c3".repeat(32), "4713");

        one.await("found c3c3c3c3 \\[.*10.77.3.2:4713.*\\]", Duration.ofSeconds(40));
    }
}
