package dev.tandem.assistant.store;

import dev.tandem.assistant.commands.CommandRow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.SqlStatement;

/** What users have asked for, until it is done and for a while after, so that they can ask what came of it. */
public final class StoredCommands {
    /** How long a result is kept for whoever comes back for it; also how long a pairing's last word can be repeated. */
    public static final Duration KEPT = Duration.ofDays(7);

    /** More results than anybody comes back for. */
    private static final int KEPT_ROWS = 1000;

    private static final RowMapper<CommandRow> ROW = (row, context) -> new CommandRow(
            row.getLong("id"),
            row.getString("correlation"),
            row.getString("folder"),
            row.getString("key"),
            row.getString("kind"),
            row.getInt("version"),
            row.getString("step"),
            row.getString("arguments"),
            CommandRow.State.valueOf(row.getString("state")),
            row.getInt("attempts"),
            Duration.ofMillis(row.getLong("interval")),
            Instant.ofEpochMilli(row.getLong("next_attempt")),
            row.getString("error"),
            row.getString("result"),
            Instant.ofEpochMilli(row.getLong("changed")));

    private final Database database;

    StoredCommands(Database database) {
        this.database = database;
    }

    /** All of them, in the order of asking. */
    public List<CommandRow> list() {
        return database.read(handle ->
                handle.createQuery("SELECT * FROM command ORDER BY id").map(ROW).list());
    }

    /** The one that was asked for under that name. */
    public Optional<CommandRow> get(String correlation) {
        return database.read(handle -> handle.createQuery("SELECT * FROM command WHERE correlation = :correlation")
                .bind("correlation", correlation)
                .map(ROW)
                .findOne());
    }

    /** Adds one, and gives it its number. Fails if its folder is gone. */
    public CommandRow add(CommandRow row) {
        return database.write(handle -> {
            long id = bind(handle.createUpdate("""
                                    INSERT INTO command (correlation, folder, key, kind, version, step, arguments, state,
                                        attempts, interval, next_attempt, error, result, changed)
                                    VALUES (:correlation, :folder, :key, :kind, :version, :step, :arguments, :state,
                                        :attempts, :interval, :next, :error, :result, :changed)
                                    """), row)
                    .bind("correlation", row.correlation())
                    .bind("folder", row.folder())
                    .bind("kind", row.kind())
                    .bind("version", row.version())
                    .executeAndReturnGeneratedKeys("id")
                    .mapTo(long.class)
                    .one();
            return row.numbered(id);
        });
    }

    /** Replaces what changes in one; false if it is not there any more, and then it stays so. */
    public boolean update(CommandRow row) {
        return database.write(handle ->
                        bind(handle.createUpdate("""
                                        UPDATE command SET key = :key, step = :step, arguments = :arguments,
                                            state = :state, attempts = :attempts, interval = :interval,
                                            next_attempt = :next, error = :error, result = :result, changed = :changed
                                        WHERE id = :id
                                        """), row).bind("id", row.id()).execute())
                > 0;
    }

    private static <T extends SqlStatement<T>> T bind(T statement, CommandRow row) {
        return statement
                .bind("key", row.key())
                .bind("step", row.step())
                .bind("arguments", row.arguments())
                .bind("state", row.state().name())
                .bind("attempts", row.attempts())
                .bind("interval", row.interval().toMillis())
                .bind("next", row.next().toEpochMilli())
                .bind("error", row.error())
                .bind("result", row.result())
                .bind("changed", row.changed().toEpochMilli());
    }

    /** Forgets one; false if there was none. */
    public boolean delete(long id) {
        return database.write(handle -> handle.execute("DELETE FROM command WHERE id = ?", id)) > 0;
    }

    /** Forgets results that nobody has come back for. */
    public void forgetOld(Instant now) {
        database.write(handle -> handle.execute("""
                DELETE FROM command WHERE state IN ('DONE', 'FAILED') AND (changed < ? OR id NOT IN (
                    SELECT id FROM command WHERE state IN ('DONE', 'FAILED') ORDER BY id DESC LIMIT ?))
                """, now.minus(KEPT).toEpochMilli(), KEPT_ROWS));
    }
}
