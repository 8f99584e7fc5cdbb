package dev.tandem.assistant.store;

import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;

/** What clients that are away have yet to be told. */
public final class OwedNotices {
    private static final RowMapper<Owed> ROW = (row, context) -> new Owed(
            UUID.fromString(row.getString("folder")),
            UUID.fromString(row.getString("client")),
            Owed.Kind.valueOf(row.getString("kind")));

    private final Database database;

    OwedNotices(Database database) {
        this.database = database;
    }

    /** All of them. */
    public List<Owed> list() {
        return database.read(handle ->
                handle.createQuery("SELECT * FROM owed ORDER BY rowid").map(ROW).list());
    }

    /** Remembers it; one of the same kind for the same client is the same. */
    public void store(Owed owed) {
        database.write(handle -> handle.execute(
                "INSERT INTO owed (folder, client, kind) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                owed.folder().toString(),
                owed.client().toString(),
                owed.kind().name()));
    }

    /** Forgets it, as it has been said; false if it was not owed. */
    public boolean delete(Owed owed) {
        return database.write(handle -> handle.execute(
                        "DELETE FROM owed WHERE folder = ? AND client = ? AND kind = ?",
                        owed.folder().toString(),
                        owed.client().toString(),
                        owed.kind().name()))
                > 0;
    }
}
