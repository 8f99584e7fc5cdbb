package dev.tandem.assistant.store;

import dev.tandem.assistant.core.Membership;
import dev.tandem.xmpp.account.DeviceId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Who vouched for which peer, and which devices are revoked; the peers themselves are in {@link Peers}. */
public final class Memberships {
    private static final RowMapper<Membership.Member> MEMBER = (row, context) -> new Membership.Member(
            new DeviceId(row.getString("fingerprint")),
            UUID.fromString(row.getString("uuid")),
            row.getString("name"),
            row.getString("jid"),
            row.getInt("term"));

    private static final RowMapper<Membership.Revocation> REVOCATION = (row, context) -> new Membership.Revocation(
            new DeviceId(row.getString("device")), row.getInt("term"), Instant.ofEpochMilli(row.getLong("revoked_at")));

    private static final RowMapper<Vouching> VOUCHING = (row, context) -> new Vouching(
            UUID.fromString(row.getString("folder")),
            new DeviceId(row.getString("device")),
            new DeviceId(row.getString("voucher")));

    private final Database database;

    Memberships(Database database) {
        this.database = database;
    }

    /** A device that is a peer of a folder because another, {@code voucher}, introduced it. */
    public record Vouching(UUID folder, DeviceId device, DeviceId voucher) {}

    /** What is known of a folder, under the names that the devices give themselves. */
    public Membership get(DeviceId self, UUID folder) {
        return database.read(handle -> {
            List<Membership.Member> members = handle.createQuery("""
                            SELECT device.fingerprint, device.name, device.jid, peer.uuid, coalesce(term, 0) AS term
                            FROM peer JOIN device ON device.fingerprint = peer.device
                            LEFT JOIN vouching ON vouching.folder = peer.folder AND vouching.device = peer.device
                                AND vouching.uuid = peer.uuid
                            WHERE peer.folder = :folder ORDER BY peer.rowid
                            """)
                    .bind("folder", folder.toString())
                    .map(MEMBER)
                    .list();
            List<Membership.Revocation> revocations = handle.createQuery(
                            "SELECT * FROM revocation WHERE folder = :folder ORDER BY rowid")
                    .bind("folder", folder.toString())
                    .map(REVOCATION)
                    .list();
            return new Membership(self, folder, members, revocations);
        });
    }

    /** Remembers in which term a stored peer is one, and who introduced it; null if it was paired here. */
    public void vouch(UUID folder, DeviceId device, UUID uuid, int term, @Nullable DeviceId voucher) {
        database.write(handle -> handle.execute(
                """
                INSERT INTO vouching (folder, device, uuid, term, voucher) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (folder, device, uuid) DO UPDATE SET term = excluded.term, voucher = excluded.voucher
                """, folder.toString(), device.hex(), uuid.toString(), term, voucher == null ? null : voucher.hex()));
    }

    /** A stored peer was paired anew elsewhere. */
    public void renew(UUID folder, Membership.Member member) {
        database.write(handle -> handle.execute(
                """
                INSERT INTO vouching (folder, device, uuid, term) VALUES (?, ?, ?, ?)
                ON CONFLICT (folder, device, uuid) DO UPDATE SET term = excluded.term
                """, folder.toString(), member.device().hex(), member.uuid().toString(), member.term()));
    }

    /** All peers that were introduced. */
    public List<Vouching> introduced() {
        return database.read(
                handle -> handle.createQuery("SELECT * FROM vouching WHERE voucher IS NOT NULL ORDER BY rowid")
                        .map(VOUCHING)
                        .list());
    }

    /** Keeps exactly these revocations of a folder. */
    public void keep(UUID folder, List<Membership.Revocation> revocations) {
        database.write(handle -> {
            handle.execute("DELETE FROM revocation WHERE folder = ?", folder.toString());
            revocations.forEach(gone -> handle.execute(
                    "INSERT INTO revocation (folder, device, term, revoked_at) VALUES (?, ?, ?, ?)",
                    folder.toString(),
                    gone.device().hex(),
                    gone.term(),
                    gone.at().toEpochMilli()));
            return true;
        });
    }

    /** What a device is called here instead of what it calls itself; for this very device, its own name. */
    public Optional<String> alias(DeviceId device) {
        return database.read(handle -> handle.createQuery("SELECT name FROM alias WHERE device = :device")
                .bind("device", device.hex())
                .mapTo(String.class)
                .findOne());
    }

    /** Calls a device so from now on. */
    public void alias(DeviceId device, String name) {
        database.write(handle -> handle.execute(
                "INSERT INTO alias (device, name) VALUES (?, ?) ON CONFLICT (device) DO UPDATE SET name = excluded.name",
                device.hex(),
                name));
    }

    /** A device calls itself so; false if that is known. What it is called here stays, if that is something else. */
    public boolean rename(DeviceId device, String name) {
        return database.write(handle -> handle.execute(
                        "UPDATE device SET name = ? WHERE fingerprint = ? AND name <> ?", name, device.hex(), name)
                > 0);
    }
}
