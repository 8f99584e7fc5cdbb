package dev.tandem.assistant.store;

import dev.tandem.xmpp.account.DeviceId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * What survives a crash, in one SQLite database. One connection, used by one thread at a time; a write is on the disk
 * when its call returns.
 */
public final class Store implements Closeable {
    private final Connection connection;
    private final Handle handle;
    private final Journal journal;

    private Store(Connection connection, Handle handle) {
        this.connection = connection;
        this.handle = handle;
        journal = new Journal(this);
    }

    /**
     * Opens a database, making it at the first start.
     *
     * @throws IOException with one line for the user; a file that is no database is left as it is
     */
    public static Store open(Path file) throws IOException {
        return open("jdbc:sqlite:" + file, String.valueOf(file));
    }

    /** A database in memory, for tests. */
    static Store inMemory() throws IOException {
        return open("jdbc:sqlite::memory:", "in memory");
    }

    private static Store open(String url, String name) throws IOException {
        Properties settings = new Properties();
        settings.setProperty("journal_mode", "WAL");
        settings.setProperty("synchronous", "FULL");
        settings.setProperty("foreign_keys", "true");
        settings.setProperty("busy_timeout", "5000");
        Connection connection = null;
        try {
            connection = DriverManager.getConnection(url, settings);
            Handle handle = Jdbi.create(connection).open();
            Schema.migrate(handle);
            return new Store(connection, handle);
        } catch (SQLException | JdbiException broken) {
            close(connection);
            throw new IOException(
                    "the database " + name + " cannot be used ("
                            + String.valueOf(broken.getMessage())
                                    .lines()
                                    .findFirst()
                                    .orElse("")
                            + "); your files are untouched; free disk space, restore it from a backup, or move it away"
                            + " and pair anew",
                    broken);
        } catch (IOException newer) {
            close(connection);
            throw newer;
        }
    }

    private static void close(@org.jspecify.annotations.Nullable Connection connection) throws IOException {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException stuck) {
            throw new IOException("the database could not be closed", stuck);
        }
    }

    synchronized <T> T read(Function<Handle, T> query) {
        return query.apply(handle);
    }

    synchronized void write(Consumer<Handle> change) {
        handle.useTransaction(change::accept);
    }

    /** The accounts. */
    public Accounts accounts() {
        return new Accounts();
    }

    /** The folders. */
    public Folders folders() {
        return new Folders();
    }

    /** The paired devices. */
    public Devices devices() {
        return new Devices();
    }

    /** The peers of all folders. */
    public Peers peers() {
        return new Peers();
    }

    /** What happened. */
    public Journal journal() {
        return journal;
    }

    @Override
    public synchronized void close() throws IOException {
        handle.close();
        close(connection);
    }

    /** List, store and delete accounts. */
    public final class Accounts {
        /** All, by JID. */
        public List<StoredAccount> list() {
            return read(sql -> sql.createQuery("SELECT * FROM account ORDER BY jid")
                    .map((row, context) -> new StoredAccount(
                            row.getString("jid"),
                            row.getString("password"),
                            Optional.ofNullable(row.getString("server")),
                            Optional.ofNullable(row.getString("trusted_certificate"))))
                    .list());
        }

        /** Adds or replaces one. */
        public void store(StoredAccount account) {
            write(sql -> sql.execute(
                    "INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?)",
                    account.jid(),
                    account.password(),
                    account.server().orElse(null),
                    account.trustedCertificate().orElse(null)));
        }

        /** Forgets one. */
        public void delete(String jid) {
            write(sql -> sql.execute("DELETE FROM account WHERE jid = ?", jid));
        }
    }

    /** List, store and delete folders. */
    public final class Folders {
        /** All, by name. */
        public List<StoredFolder> list() {
            return read(sql -> sql.createQuery("SELECT * FROM folder ORDER BY name")
                    .map((row, context) -> new StoredFolder(
                            row.getString("name"),
                            Path.of(row.getString("path")),
                            UUID.fromString(row.getString("uuid")),
                            row.getBoolean("paused")))
                    .list());
        }

        /** Adds one, or changes it; its peers stay. */
        public void store(StoredFolder folder) {
            write(sql -> sql.execute(
                    "INSERT INTO folder (uuid, name, path, paused) VALUES (?, ?, ?, ?) ON CONFLICT (uuid) DO UPDATE SET"
                            + " name = excluded.name, path = excluded.path, paused = excluded.paused",
                    folder.uuid().toString(),
                    folder.name(),
                    folder.path().toString(),
                    folder.paused()));
        }

        /** Forgets one, with its peers. */
        public void delete(String name) {
            write(sql -> sql.execute("DELETE FROM folder WHERE name = ?", name));
        }
    }

    /** List, get, store and delete devices. */
    public final class Devices {
        /** All, by name. */
        public List<StoredDevice> list() {
            return read(sql -> sql.createQuery("SELECT * FROM device ORDER BY name")
                    .map((row, context) -> device(row))
                    .list());
        }

        /** One, if it is paired. */
        public Optional<StoredDevice> get(DeviceId id) {
            return read(sql -> sql.createQuery("SELECT * FROM device WHERE id = ?")
                    .bind(0, id.hex())
                    .map((row, context) -> device(row))
                    .findOne());
        }

        private static StoredDevice device(ResultSet row) throws SQLException {
            return new StoredDevice(
                    new DeviceId(row.getString("id")),
                    row.getString("name"),
                    row.getString("jid"),
                    Instant.parse(row.getString("paired_at")));
        }

        /** Adds one, or changes it; what it shares stays. */
        public void store(StoredDevice device) {
            write(sql -> sql.execute(
                    "INSERT INTO device (id, name, jid, paired_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                            + " name = excluded.name, jid = excluded.jid, paired_at = excluded.paired_at",
                    device.device().hex(),
                    device.name(),
                    device.jid(),
                    device.pairedAt().toString()));
        }

        /** Revokes one: it is believed no longer. */
        public void delete(DeviceId id) {
            write(sql -> sql.execute("DELETE FROM device WHERE id = ?", id.hex()));
        }
    }

    /** List and store peers. */
    public final class Peers {
        /** Those of one folder. */
        public List<StoredPeer> list(UUID folder) {
            return read(sql -> sql.createQuery("SELECT * FROM peer WHERE folder = ? ORDER BY device, uuid")
                    .bind(0, folder.toString())
                    .map((row, context) -> new StoredPeer(
                            UUID.fromString(row.getString("folder")),
                            new DeviceId(row.getString("device")),
                            UUID.fromString(row.getString("uuid")),
                            Optional.ofNullable(row.getString("last_sync")).map(Instant::parse),
                            Optional.ofNullable(row.getString("head"))))
                    .list());
        }

        /** Adds one, or changes what is known of it. Its device and its folder must be stored already. */
        public void store(StoredPeer peer) {
            write(sql -> sql.execute(
                    "INSERT OR REPLACE INTO peer (folder, device, uuid, last_sync, head) VALUES (?, ?, ?, ?, ?)",
                    peer.folder().toString(),
                    peer.device().hex(),
                    peer.uuid().toString(),
                    peer.lastSync().map(Instant::toString).orElse(null),
                    peer.head().orElse(null)));
        }
    }
}
