package dev.tandem.assistant.store;

import dev.tandem.xmpp.account.DeviceId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.mapper.RowMapper;

/** The devices that are trusted. Their names are what the user calls them, or else what they call themselves. */
public final class Devices {
    private static final RowMapper<StoredDevice> ROW = (row, context) -> new StoredDevice(
            new DeviceId(row.getString("fingerprint")),
            row.getString("called"),
            row.getString("jid"),
            Instant.ofEpochMilli(row.getLong("paired_at")));

    private static final String SELECT = """
            SELECT device.*, coalesce(alias.name, device.name) AS called
            FROM device LEFT JOIN alias ON alias.device = device.fingerprint
            """;

    private final Database database;

    Devices(Database database) {
        this.database = database;
    }

    /** All of them, in the order they were paired. */
    public List<StoredDevice> list() {
        return database.read(
                handle -> handle.createQuery(SELECT + " ORDER BY id").map(ROW).list());
    }

    /** The one of a fingerprint. */
    public Optional<StoredDevice> get(DeviceId device) {
        return database.read(handle -> handle.createQuery(SELECT + " WHERE fingerprint = :device")
                .bind("device", device.hex())
                .map(ROW)
                .findOne());
    }

    /** Adds it, or replaces all but its place in the order. */
    public void store(StoredDevice device) {
        database.write(handle -> handle.createUpdate("""
                        INSERT INTO device (fingerprint, name, jid, paired_at) VALUES (:device, :name, :jid, :pairedAt)
                        ON CONFLICT (fingerprint) DO UPDATE SET name = excluded.name, jid = excluded.jid,
                            paired_at = excluded.paired_at
                        """)
                .bind("device", device.device().hex())
                .bind("name", device.name())
                .bind("jid", device.jid())
                .bind("pairedAt", device.pairedAt().toEpochMilli())
                .execute());
    }

    /** Revokes it: forgets it, its peers and what they are owed; false if there was none. */
    public boolean delete(DeviceId device) {
        return database.write(handle -> {
            handle.execute("""
                    DELETE FROM owed WHERE (folder, client) IN (SELECT folder, uuid FROM peer WHERE device = ?)
                    """, device.hex());
            handle.execute("DELETE FROM alias WHERE device = ?", device.hex());
            return handle.execute("DELETE FROM device WHERE fingerprint = ?", device.hex()) > 0;
        });
    }
}
