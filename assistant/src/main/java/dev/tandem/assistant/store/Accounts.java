package dev.tandem.assistant.store;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.mapper.RowMapper;

/** The stored accounts. */
public final class Accounts {
    private static final RowMapper<StoredAccount> ROW = (row, context) -> new StoredAccount(
            row.getString("jid"),
            row.getString("password"),
            Optional.ofNullable(row.getString("server")),
            Optional.ofNullable(row.getString("trusted_certificate")));

    private final Database database;

    Accounts(Database database) {
        this.database = database;
    }

    /** All of them, in the order they were added. */
    public List<StoredAccount> list() {
        return database.read(handle ->
                handle.createQuery("SELECT * FROM account ORDER BY id").map(ROW).list());
    }

    /** The one of a bare JID. */
    public Optional<StoredAccount> get(String jid) {
        return database.read(handle -> handle.createQuery("SELECT * FROM account WHERE jid = :jid")
                .bind("jid", jid)
                .map(ROW)
                .findOne());
    }

    /** Adds it, or replaces all but its place in the order. */
    public void store(StoredAccount account) {
        database.write(handle -> handle.createUpdate("""
                        INSERT INTO account (jid, password, server, trusted_certificate)
                        VALUES (:jid, :password, :server, :certificate)
                        ON CONFLICT (jid) DO UPDATE SET password = excluded.password, server = excluded.server,
                            trusted_certificate = excluded.trusted_certificate
                        """)
                .bind("jid", account.jid())
                .bind("password", account.password())
                .bind("server", account.server().orElse(null))
                .bind("certificate", account.trustedCertificate().orElse(null))
                .execute());
    }

    /** Forgets it; false if there was none. */
    public boolean delete(String jid) {
        return database.write(handle -> handle.execute("DELETE FROM account WHERE jid = ?", jid)) > 0;
    }
}
