package dev.tandem.assistant.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The database's shape, and the way to it from every older one. */
final class Schema {
    /** Migration n leads from version n to n + 1; the first is the whole schema. */
    private static final List<String> MIGRATIONS = List.of("schema.sql");

    private Schema() {}

    /** Brings a database up to date, in one transaction; refuses one that a newer Tandem has written. */
    static void migrate(Handle handle) throws IOException {
        int version =
                handle.createQuery("PRAGMA user_version").mapTo(Integer.class).one();
        if (version > MIGRATIONS.size()) {
            throw new IOException("the database was written by a newer Tandem (version " + version
                    + "); nothing was changed; install that version again");
        }
        for (String migration : MIGRATIONS.subList(version, MIGRATIONS.size())) {
            String script = read(migration);
            handle.useTransaction(
                    transaction -> transaction.createScript(script).execute());
        }
        handle.execute("PRAGMA user_version = " + MIGRATIONS.size());
    }

    private static String read(String name) throws IOException {
        try (InputStream in = Schema.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
