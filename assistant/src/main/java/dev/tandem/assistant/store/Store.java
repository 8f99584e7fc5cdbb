package dev.tandem.assistant.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.Optional;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Everything of the daemon that survives a crash, in one SQLite file.
 *
 * <p>Any thread. A method of an aggregate that cannot do its work throws {@link UncheckedIOException} with one line for
 * the user; what it was to change is then unchanged.
 */
public final class Store implements AutoCloseable {
    private final Database database;
    private final Accounts accounts;
    private final Folders folders;
    private final Devices devices;
    private final Peers peers;
    private final Memberships memberships;
    private final OwedNotices owed;
    private final StoredCommands commands;
    private final Settings settings;
    private final Journal journal;
    private final JournalCursors cursors;

    private Store(Database database) {
        this.database = database;
        this.accounts = new Accounts(database);
        this.folders = new Folders(database);
        this.devices = new Devices(database);
        this.peers = new Peers(database);
        this.memberships = new Memberships(database);
        this.owed = new OwedNotices(database);
        this.commands = new StoredCommands(database);
        this.settings = new Settings(database);
        this.journal = new Journal(database, Journal.Retention.DEFAULT);
        this.cursors = new JournalCursors(database, journal);
    }

    /** Reads the whole database and says what is wrong with it; empty if nothing is. */
    public Optional<String> damage() {
        return database.read(handle -> handle.createQuery("PRAGMA quick_check(1)")
                        .mapTo(String.class)
                        .findFirst())
                .filter(answer -> !answer.equals("ok"));
    }

    /**
     * Opens the database, making it if there is none and bringing an older one up to date.
     *
     * @param file readable by its owner only, as it holds passwords
     * @throws IOException with a line for the user; a file that is not a database has then been moved aside, one of a
     *     newer Tandem is left alone
     */
    public static Store open(Path file) throws IOException {
        return open(file, Schema.ofThisRelease());
    }

    static Store open(Path file, Schema schema) throws IOException {
        createPrivate(file);
        try {
            Database database = Database.open(file);
            try {
                prepare(file, database, schema);
                return new Store(database);
            } catch (IOException | RuntimeException e) {
                database.close();
                throw e;
            }
        } catch (SQLException | JdbiException | UncheckedIOException e) {
            if (isDamage(e)) {
                throw new IOException(
                        "the database " + file + " is damaged and was moved to " + moveAside(file)
                                + "; your files and their history are not affected: put a backup in its place, or start"
                                + " again and add accounts and folders anew",
                        e);
            }
            throw new IOException(Database.line(file, e), e);
        }
    }

    /** A store for tests, gone when it is closed. */
    public static Store inMemory() {
        try {
            Database database = Database.inMemory();
            prepare(Path.of("memory"), database, Schema.ofThisRelease());
            return new Store(database);
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void prepare(Path file, Database database, Schema schema) throws IOException {
        int found = database.read(Schema::versionOf);
        if (found > schema.version()) {
            throw new IOException("the database " + file + " was written by a newer Tandem (schema " + found
                    + ", this one knows " + schema.version() + ") and was not touched: update Tandem on this device");
        }
        if (found < schema.version()) {
            database.write(handle -> {
                schema.apply(handle);
                return found;
            });
        }
    }

    private static void createPrivate(Path file) throws IOException {
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(file);
            }
        } catch (FileAlreadyExistsException e) {
            if (!Files.isRegularFile(file)) {
                throw new IOException("the database " + file + " is not a file: move it away and start again", e);
            }
        } catch (FileSystemException e) {
            throw new IOException(
                    "the database " + file + " cannot be created ("
                            + e.getClass().getSimpleName() + "): check that its folder exists and may be written",
                    e);
        }
    }

    private static boolean isDamage(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException sqlite) {
                SQLiteErrorCode code = sqlite.getResultCode();
                return code == SQLiteErrorCode.SQLITE_NOTADB || code == SQLiteErrorCode.SQLITE_CORRUPT;
            }
        }
        return false;
    }

    private static Path moveAside(Path file) throws IOException {
        int number = 1;
        while (Files.exists(aside(file, "", number))) {
            number++;
        }
        // The write-ahead log belongs to the damaged file; left behind, it would be replayed into a new one.
        for (String part : new String[] {"", "-wal", "-shm"}) {
            Path from = file.resolveSibling(file.getFileName() + part);
            if (Files.exists(from)) {
                Files.move(from, aside(file, part, number));
            }
        }
        return aside(file, "", number);
    }

    private static Path aside(Path file, String part, int number) {
        return file.resolveSibling(file.getFileName() + ".damaged-" + number + part);
    }

    /** The accounts the daemon signs in to, in the order they were added. */
    public Accounts accounts() {
        return accounts;
    }

    /** The folders that are kept in sync. */
    public Folders folders() {
        return folders;
    }

    /** The devices that are paired. */
    public Devices devices() {
        return devices;
    }

    /** The same folders on those devices. */
    public Peers peers() {
        return peers;
    }

    /** Who vouched for which of them, and who is revoked. */
    public Memberships memberships() {
        return memberships;
    }

    /** What clients that are away have yet to be told. */
    public OwedNotices owed() {
        return owed;
    }

    /** What users have asked for. */
    public StoredCommands commands() {
        return commands;
    }

    /** What the user has set for this device. */
    public Settings settings() {
        return settings;
    }

    /** What happened. */
    public Journal journal() {
        return journal;
    }

    /** Where its readers are. */
    public JournalCursors cursors() {
        return cursors;
    }

    /** Runs several changes, journal entries among them, as one: all of them are durable when it returns, or none. */
    public void transaction(Runnable changes) {
        database.write(handle -> {
            changes.run();
            return true;
        });
    }

    Database database() {
        return database;
    }

    /** Ends followers of the journal, then the database. */
    @Override
    public void close() {
        journal.close();
        database.close();
    }
}
