package dev.tandem.assistant.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Whether the network is metered, as a NetworkManager on a real D-Bus says")
@Timeout(60)
@SuppressWarnings("NullAway") // fields that JUnit sets
class MeteredNetworkIT {
    private static final String NAME = "org.freedesktop.NetworkManager";
    private static final String PATH = "/org/freedesktop/NetworkManager";

    @TempDir
    Path directory;

    private final BlockingQueue<Optional<Boolean>> heard = new LinkedBlockingQueue<>();
    private Process daemon;
    private MeteredNetwork network;

    /** A NetworkManager that knows nothing but whether the network is metered. */
    public static final class FakeManager implements Properties {
        private volatile int metered;

        FakeManager(int metered) {
            this.metered = metered;
        }

        @Override
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the interface is so
        public <A> A Get(String interfaceName, String property) {
            return (A) (NAME.equals(interfaceName) && property.equals("Metered") ? new UInt32(metered) : null);
        }

        @Override
        public <A> void Set(String interfaceName, String property, A value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, Variant<?>> GetAll(String interfaceName) {
            return Map.of("Metered", new Variant<>(new UInt32(metered)));
        }

        @Override
        public String getObjectPath() {
            return PATH;
        }
    }

    @BeforeEach
    void start() throws IOException {
        Path program = Path.of("/usr/bin/dbus-daemon");
        assumeTrue(Files.isExecutable(program), "no dbus-daemon is installed");
        daemon = new ProcessBuilder(
                        program.toString(),
                        "--session",
                        "--nofork",
                        "--print-address",
                        "--address=unix:path=" + directory.resolve("bus"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        network = new MeteredNetwork(
                new BufferedReader(new InputStreamReader(daemon.getInputStream(), StandardCharsets.UTF_8)).readLine(),
                heard::add);
    }

    @AfterEach
    void stop() {
        network.close();
        daemon.destroy();
    }

    private DBusConnection manager(int metered) throws Exception {
        DBusConnection connection = DBusConnectionBuilder.forAddress("unix:path=" + directory.resolve("bus"))
                .withShared(false)
                .build();
        connection.exportObject(PATH, new FakeManager(metered));
        connection.requestBusName(NAME);
        return connection;
    }

    private Optional<Boolean> next() throws InterruptedException {
        return heard.poll(20, TimeUnit.SECONDS);
    }

    @Test
    @DisplayName("is heard at once, and whenever it changes")
    void changes() throws Exception {
        try (DBusConnection manager = manager(1)) {
            network.look();
            assertThat(next()).contains(true);

            for (int[] said : new int[][] {{2, 0}, {3, 1}, {4, 0}}) {
                manager.sendMessage(new Properties.PropertiesChanged(
                        PATH, NAME, Map.of("Metered", new Variant<>(new UInt32(said[0]))), List.of()));
                assertThat(next()).contains(said[1] == 1);
            }
            manager.sendMessage(new Properties.PropertiesChanged(
                    PATH, NAME, Map.of("Connectivity", new Variant<>(new UInt32(1))), List.of()));
            manager.sendMessage(new Properties.PropertiesChanged(
                    PATH, NAME, Map.of("Metered", new Variant<>(new UInt32(0))), List.of()));
            assertThat(next()).as("unknown").isEmpty();
        }
        assertThat(next()).as("it is gone").isEmpty();
    }

    @Test
    @DisplayName("is not known where no NetworkManager is, until one comes")
    void comesLater() throws Exception {
        network.look();
        assertThat(next()).isEmpty();

        try (DBusConnection manager = manager(3)) {
            network.look();
            assertThat(next()).contains(true);
            assertThat(manager.isConnected()).isTrue();
        }
    }

    @Test
    @DisplayName("is not known where there is no bus")
    void noBus() throws Exception {
        try (MeteredNetwork lost = new MeteredNetwork("unix:path=" + directory.resolve("none"), heard::add)) {
            lost.look();
            assertThat(next()).isEmpty();
        }
    }
}
