package dev.tandem.assistant.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;

/** The stored folders. */
public final class Folders {
    private static final RowMapper<StoredFolder> ROW = (row, context) -> new StoredFolder(
            row.getString("name"),
            Path.of(row.getString("path")),
            UUID.fromString(row.getString("uuid")),
            row.getBoolean("paused"));

    private final Database database;

    Folders(Database database) {
        this.database = database;
    }

    /** All of them, in the order they were added. */
    public List<StoredFolder> list() {
        return database.read(handle ->
                handle.createQuery("SELECT * FROM folder ORDER BY id").map(ROW).list());
    }

    /** The one of a name. */
    public Optional<StoredFolder> get(String name) {
        return database.read(handle -> handle.createQuery("SELECT * FROM folder WHERE name = :name")
                .bind("name", name)
                .map(ROW)
                .findOne());
    }

    /**
     * Adds it, or replaces the one of the same uuid.
     *
     * @throws java.io.UncheckedIOException if another folder has that name or path
     */
    public void store(StoredFolder folder) {
        database.write(handle -> handle.createUpdate("""
                        INSERT INTO folder (uuid, name, path, paused) VALUES (:uuid, :name, :path, :paused)
                        ON CONFLICT (uuid) DO UPDATE SET name = excluded.name, path = excluded.path,
                            paused = excluded.paused
                        """)
                .bind("uuid", folder.uuid().toString())
                .bind("name", folder.name())
                .bind("path", folder.path().toString())
                .bind("paused", folder.paused())
                .execute());
    }

    /** Forgets it, its peers and what they are owed; false if there was none. Devices stay paired. */
    public boolean delete(UUID folder) {
        return database.write(handle -> handle.execute("DELETE FROM folder WHERE uuid = ?", folder.toString())) > 0;
    }
}
