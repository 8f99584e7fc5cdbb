package dev.tandem.assistant.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The tables, and how older ones become them. The version is in {@code PRAGMA user_version}, from 1.
 *
 * @param current the whole schema as of now, for a new database
 * @param migrations the statement scripts that lead from version 1 to 2, from 2 to 3, …; never edited once released
 */
record Schema(String current, List<String> migrations) {
    private static final List<String> MIGRATIONS = List.of("""
            CREATE TABLE command (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                correlation TEXT NOT NULL UNIQUE,
                folder TEXT REFERENCES folder (uuid) ON DELETE CASCADE,
                key TEXT NOT NULL,
                kind TEXT NOT NULL,
                version INTEGER NOT NULL,
                step TEXT NOT NULL,
                arguments TEXT NOT NULL,
                state TEXT NOT NULL,
                attempts INTEGER NOT NULL,
                interval INTEGER NOT NULL,
                next_attempt INTEGER NOT NULL,
                error TEXT,
                result TEXT,
                changed INTEGER NOT NULL
            );
            """, """
            CREATE TABLE journal_reader (
                name TEXT PRIMARY KEY,
                cursor INTEGER NOT NULL,
                used INTEGER NOT NULL
            );
            """, """
            CREATE TABLE vouching (
                folder TEXT NOT NULL,
                device TEXT NOT NULL,
                uuid TEXT NOT NULL,
                term INTEGER NOT NULL,
                voucher TEXT,
                PRIMARY KEY (folder, device, uuid),
                FOREIGN KEY (folder, device, uuid) REFERENCES peer (folder, device, uuid) ON DELETE CASCADE
            );
            CREATE TABLE revocation (
                folder TEXT NOT NULL REFERENCES folder (uuid) ON DELETE CASCADE,
                device TEXT NOT NULL,
                term INTEGER NOT NULL,
                revoked_at INTEGER NOT NULL,
                PRIMARY KEY (folder, device)
            );
            CREATE TABLE alias (
                device TEXT PRIMARY KEY,
                name TEXT NOT NULL
            );
            """, """
            CREATE TABLE setting (
                name TEXT PRIMARY KEY,
                value TEXT NOT NULL
            );
            """);

    /** The schema of this release. */
    static Schema ofThisRelease() {
        try (InputStream resource = Schema.class.getResourceAsStream("schema.sql")) {
            if (resource == null) {
                throw new IllegalStateException("schema.sql is missing from the program's own files");
            }
            return new Schema(new String(resource.readAllBytes(), StandardCharsets.UTF_8), MIGRATIONS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int version() {
        return migrations.size() + 1;
    }

    /** The version a database has; 0 for an empty one. */
    static int versionOf(Handle handle) {
        return handle.createQuery("PRAGMA user_version").mapTo(int.class).one();
    }

    /** Brings a database of an older version, or an empty one, to this one: wholly, or not at all. */
    void apply(Handle handle) {
        handle.useTransaction(transaction -> {
            int found = versionOf(transaction);
            if (found == 0) {
                transaction.createScript(current).execute();
            } else {
                for (String migration : migrations.subList(found - 1, migrations.size())) {
                    transaction.createScript(migration).execute();
                }
            }
            transaction.execute("PRAGMA user_version = " + version());
        });
    }
}
