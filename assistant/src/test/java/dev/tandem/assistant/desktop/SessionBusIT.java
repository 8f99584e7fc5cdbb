package dev.tandem.assistant.desktop;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tandem.assistant.store.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Notifications over a real D-Bus")
@Timeout(60)
final class SessionBusIT {
    @TempDir
    Path directory;

    private Process daemon;
    private String address;
    private final FakeDesktop desktop = new FakeDesktop();

    /** A notification server that writes down what it shows. */
    static final class FakeDesktop implements Notifications {
        private final List<String> shown = new CopyOnWriteArrayList<>();

        @Override
        public UInt32 Notify(
                String application,
                UInt32 replaces,
                String icon,
                String summary,
                String body,
                List<String> actions,
                Map<String, Variant<?>> hints,
                int timeout) {
            shown.add(application + "|" + summary + "|" + body + "|"
                    + requireNonNull(hints.get("urgency")).getValue());
            return new UInt32(shown.size());
        }

        @Override
        public String getObjectPath() {
            return "/org/freedesktop/Notifications";
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
        BufferedReader said =
                new BufferedReader(new InputStreamReader(daemon.getInputStream(), StandardCharsets.UTF_8));
        address = said.readLine();
    }

    @AfterEach
    void stop() {
        if (daemon != null) {
            daemon.destroy();
        }
    }

    private DBusConnection serve() throws Exception {
        DBusConnection connection =
                DBusConnectionBuilder.forAddress(address).withShared(false).build();
        connection.exportObject(desktop.getObjectPath(), desktop);
        connection.requestBusName("org.freedesktop.Notifications");
        return connection;
    }

    @Test
    @DisplayName("what happens in the journal is shown, names of files not as markup")
    void shown() throws Exception {
        try (DBusConnection server = serve();
                Store store = Store.inMemory()) {
            Thread thread = new Thread(Notifier.onBus(address, store.cursors(), InstantSource.system()));
            thread.start();
            Awaitility.await().until(() -> !store.cursors().list().isEmpty());
            store.journal()
                    .append(
                            InstantSource.system().instant(),
                            "conflict",
                            "notes",
                            Map.of("path", "<b>.txt", "variant", "v.txt"));

            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> desktop.shown.size() == 1);
            assertThat(desktop.shown)
                    .containsExactly(
                            "Tandem|notes|Two versions of &lt;b&gt;.txt clashed, and both are kept; the other is"
                                    + " v.txt.|1");
            assertThat(server.isConnected()).isTrue();
            thread.interrupt();
            thread.join(5_000);
            assertThat(thread.isAlive()).isFalse();
        }
    }

    @Test
    @DisplayName("where no desktop listens, or the bus is gone, it says so and leaves no thread behind")
    void nobody() {
        SessionBus bus = new SessionBus(address);
        List<Notice> notices = List.of(new Notice("notes", "text", true));

        assertThatThrownBy(() -> bus.show(notices)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> new SessionBus("unix:path=" + directory.resolve("none")).show(notices))
                .isInstanceOf(IOException.class);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().contains("DBus")));
    }

    @Test
    @DisplayName("a process without a session has no bus")
    void addresses() {
        assertThat(SessionBus.address(Map.of())).isEmpty();
        assertThat(SessionBus.address(Map.of("XDG_RUNTIME_DIR", "/nowhere"))).isEmpty();
        assertThat(SessionBus.address(Map.of("DBUS_SESSION_BUS_ADDRESS", "unix:path=/b")))
                .isEqualTo(Optional.of("unix:path=/b"));
        assertThat(SessionBus.address(Map.of("XDG_RUNTIME_DIR", directory.toString())))
                .contains("unix:path=" + directory.resolve("bus"));
    }
}
