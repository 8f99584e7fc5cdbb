package dev.tandem.assistant.store;

import java.util.Optional;

/** What the user has set for this device, by name. */
public final class Settings {
    private final Database database;

    Settings(Database database) {
        this.database = database;
    }

    /** The value of a setting; empty if it was never set. */
    public Optional<String> get(String name) {
        return database.read(handle -> handle.createQuery("SELECT value FROM setting WHERE name = ?")
                .bind(0, name)
                .mapTo(String.class)
                .findFirst());
    }

    /** Sets it; durable when this returns. */
    public void store(String name, String value) {
        database.write(handle -> handle.execute(
                "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                name,
                value));
    }
}
