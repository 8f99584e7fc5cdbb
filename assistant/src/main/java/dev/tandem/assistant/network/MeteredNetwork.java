package dev.tandem.assistant.network;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.interfaces.DBus;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the network is metered, as NetworkManager says over D-Bus ({@code Metered} of
 * {@code org.freedesktop.NetworkManager}, NMMetered), and whenever that changes. Connected only where it is there.
 */
public final class MeteredNetwork implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(MeteredNetwork.class);
    private static final String SERVICE = "org.freedesktop.NetworkManager";
    private static final String PATH = "/org/freedesktop/NetworkManager";
    private static final String PROPERTY = "Metered";
    private static final Path SOCKET = Path.of("/run/dbus/system_bus_socket");

    /** NM_METERED_YES and NM_METERED_GUESS_YES. */
    private static final Set<Integer> YES = Set.of(1, 3);

    /** NM_METERED_UNKNOWN. */
    private static final int UNKNOWN = 0;

    private final String address;
    private final Consumer<Optional<Boolean>> listener;
    private @Nullable DBusConnection connection; // guarded by this
    private boolean closed; // guarded by this

    /**
     * Not connected yet.
     *
     * @param address of the bus
     * @param listener hears whether the network is metered, or that nobody says; must not block
     */
    public MeteredNetwork(String address, Consumer<Optional<Boolean>> listener) {
        this.address = address;
        this.listener = listener;
    }

    /** The system's bus; empty where there is none. */
    public static Optional<String> systemBus(Map<String, String> environment) {
        String named = environment.getOrDefault("DBUS_SYSTEM_BUS_ADDRESS", "");
        if (!named.isEmpty()) {
            return Optional.of(named);
        }
        return Files.exists(SOCKET) ? Optional.of("unix:path=" + SOCKET) : Optional.empty();
    }

    /** Connects where that is to be done, and asks; to be repeated now and then. Blocks for some seconds at most. */
    public synchronized void look() {
        if (closed) {
            return;
        }
        try {
            DBusConnection now = connection;
            if (now == null || !now.isConnected()) {
                now = connect();
            }
            Properties manager = now.getRemoteObject(SERVICE, PATH, Properties.class);
            Object metered = manager.Get(SERVICE, PROPERTY);
            listener.accept(meaning(metered));
        } catch (DBusException | DBusExecutionException absent) {
            LOG.debug("nobody says whether the network is metered", absent);
            disconnect();
            listener.accept(Optional.empty());
        }
    }

    private DBusConnection connect() throws DBusException {
        disconnect();
        DBusConnection made =
                DBusConnectionBuilder.forAddress(address).withShared(false).build();
        connection = made;
        made.addSigHandler(Properties.PropertiesChanged.class, this::changed);
        made.addSigHandler(DBus.NameOwnerChanged.class, this::ownerChanged);
        return made;
    }

    private void changed(Properties.PropertiesChanged signal) {
        Variant<?> metered = signal.getPropertiesChanged().get(PROPERTY);
        if (PATH.equals(signal.getPath()) && SERVICE.equals(signal.getInterfaceName()) && metered != null) {
            listener.accept(meaning(metered.getValue()));
        }
    }

    private void ownerChanged(DBus.NameOwnerChanged signal) {
        if (SERVICE.equals(signal.name) && signal.newOwner.isEmpty()) {
            listener.accept(Optional.empty()); // the next look finds its successor
        }
    }

    private static Optional<Boolean> meaning(@Nullable Object metered) {
        Object value = metered instanceof Variant<?> variant ? variant.getValue() : metered;
        if (!(value instanceof UInt32 number) || number.intValue() == UNKNOWN) {
            return Optional.empty();
        }
        return Optional.of(YES.contains(number.intValue()));
    }

    private void disconnect() {
        DBusConnection old = connection;
        connection = null;
        if (old != null) {
            try {
                old.close();
            } catch (IOException gone) {
                LOG.debug("the bus was gone already", gone);
            }
        }
    }

    /** Says nothing more. */
    @Override
    public synchronized void close() {
        closed = true;
        disconnect();
    }
}
