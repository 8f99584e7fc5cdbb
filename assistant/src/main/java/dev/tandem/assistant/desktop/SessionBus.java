package dev.tandem.assistant.desktop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;

/**
 * The notifications of a desktop, over D-Bus (Desktop Notifications Specification 1.2).
 *
 * <p>Connected only while something is shown: a connection costs threads, and there is seldom anything to say.
 */
public final class SessionBus implements Notifier.Bus {
    private static final String SERVICE = "org.freedesktop.Notifications";
    private static final String PATH = "/org/freedesktop/Notifications";
    private static final byte NORMAL = 1;

    /** Stays until it is closed. */
    private static final byte CRITICAL = 2;

    /** As long as the desktop shows such. */
    private static final int USUAL_TIME = -1;

    private static final int NONE_REPLACED = 0;

    private final String address;

    SessionBus(String address) {
        this.address = address;
    }

    /** The bus of the session that the process belongs to; empty if it belongs to none. */
    public static Optional<String> address(Map<String, String> environment) {
        String named = environment.getOrDefault("DBUS_SESSION_BUS_ADDRESS", "");
        if (!named.isEmpty()) {
            return Optional.of(named);
        }
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        Path socket = Path.of(runtime, "bus");
        return !runtime.isEmpty() && Files.exists(socket) ? Optional.of("unix:path=" + socket) : Optional.empty();
    }

    @Override
    public void show(List<Notice> notices) throws IOException {
        try (DBusConnection connection =
                DBusConnectionBuilder.forAddress(address).withShared(false).build()) {
            Notifications desktop = connection.getRemoteObject(SERVICE, PATH, Notifications.class);
            for (Notice notice : notices) {
                byte urgency = notice.urgent() ? CRITICAL : NORMAL;
                desktop.Notify(
                        "Tandem",
                        new UInt32(NONE_REPLACED),
                        "folder-remote",
                        notice.title(),
                        markup(notice.text()),
                        List.of(),
                        Map.of("urgency", new Variant<>(urgency), "category", new Variant<>("transfer")),
                        USUAL_TIME);
            }
        } catch (DBusException | DBusExecutionException failure) {
            throw new IOException("the desktop takes no notifications: " + failure.getMessage(), failure);
        }
    }

    /** The body may be read as markup: what comes from files' names must not be. */
    private static String markup(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
