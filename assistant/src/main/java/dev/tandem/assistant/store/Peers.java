package dev.tandem.assistant.store;

import dev.tandem.xmpp.account.DeviceId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The same folders elsewhere. A repository's uuid belongs to the device that it was first stored for. */
public final class Peers {
    private static final RowMapper<StoredPeer> ROW = (row, context) -> {
        long lastSync = row.getLong("last_sync");
        Optional<Instant> when = row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(lastSync));
        return new StoredPeer(
                UUID.fromString(row.getString("folder")),
                new DeviceId(row.getString("device")),
                UUID.fromString(row.getString("uuid")),
                when,
                Optional.ofNullable(row.getString("head")));
    };

    private final Database database;

    Peers(Database database) {
        this.database = database;
    }

    /** All of them. */
    public List<StoredPeer> list() {
        return database.read(handle ->
                handle.createQuery("SELECT * FROM peer ORDER BY rowid").map(ROW).list());
    }

    /** Those of one folder. */
    public List<StoredPeer> list(UUID folder) {
        return database.read(handle -> handle.createQuery("SELECT * FROM peer WHERE folder = :folder ORDER BY rowid")
                .bind("folder", folder.toString())
                .map(ROW)
                .list());
    }

    /** One of them. */
    public Optional<StoredPeer> get(UUID folder, DeviceId device, UUID uuid) {
        return database.read(handle -> handle.createQuery(
                        "SELECT * FROM peer WHERE folder = :folder AND device = :device AND uuid = :uuid")
                .bind("folder", folder.toString())
                .bind("device", device.hex())
                .bind("uuid", uuid.toString())
                .map(ROW)
                .findOne());
    }

    /** Which device a repository belongs to; empty if the uuid is unknown. */
    public Optional<DeviceId> owner(UUID uuid) {
        return database.read(handle -> handle.createQuery("SELECT device FROM peer WHERE uuid = :uuid LIMIT 1")
                .bind("uuid", uuid.toString())
                .mapTo(String.class)
                .findOne()
                .map(DeviceId::new));
    }

    /**
     * Adds it, or replaces what is known of it. Its folder and its device must be stored before.
     *
     * @throws IllegalArgumentException if the uuid belongs to another device: nobody may take over a repository
     */
    public void store(StoredPeer peer) {
        database.write(handle -> {
            owner(peer.uuid()).filter(owner -> !owner.equals(peer.device())).ifPresent(owner -> {
                throw new IllegalArgumentException("repository " + peer.uuid() + " belongs to device " + owner.brief()
                        + ", not to " + peer.device().brief());
            });
            return handle.createUpdate("""
                            INSERT INTO peer (folder, device, uuid, last_sync, head)
                            VALUES (:folder, :device, :uuid, :lastSync, :head)
                            ON CONFLICT (folder, device, uuid)
                            DO UPDATE SET last_sync = excluded.last_sync, head = excluded.head
                            """)
                    .bind("folder", peer.folder().toString())
                    .bind("device", peer.device().hex())
                    .bind("uuid", peer.uuid().toString())
                    .bind("lastSync", peer.lastSync().map(Instant::toEpochMilli).orElse(null))
                    .bind("head", peer.head().orElse(null))
                    .execute();
        });
    }

    /**
     * Records when those were last in sync, and at which head, in one transaction; who is no longer known is left out.
     */
    public void inSync(List<StoredPeer> peers) {
        database.write(handle -> {
            PreparedBatch batch = handle.prepareBatch("""
                    UPDATE peer SET last_sync = :lastSync, head = :head
                    WHERE folder = :folder AND device = :device AND uuid = :uuid
                    """);
            for (StoredPeer peer : peers) {
                batch.bind("folder", peer.folder().toString())
                        .bind("device", peer.device().hex())
                        .bind("uuid", peer.uuid().toString())
                        .bind(
                                "lastSync",
                                peer.lastSync().map(Instant::toEpochMilli).orElse(null))
                        .bind("head", peer.head().orElse(null))
                        .add();
            }
            return batch.execute();
        });
    }

    /** Forgets it and what it is owed; false if there was none. */
    public boolean delete(UUID folder, DeviceId device, UUID uuid) {
        return database.write(handle -> {
            handle.execute("DELETE FROM owed WHERE folder = ? AND client = ?", folder.toString(), uuid.toString());
            return handle.execute(
                            "DELETE FROM peer WHERE folder = ? AND device = ? AND uuid = ?",
                            folder.toString(),
                            device.hex(),
                            uuid.toString())
                    > 0;
        });
    }
}
