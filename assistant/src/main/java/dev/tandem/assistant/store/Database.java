package dev.tandem.assistant.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteException;

/**
 * One SQLite file: a connection that writes and one that reads, so that no reader ever holds up a writer.
 *
 * <p>Any thread. Lock order: {@code writing} before {@code reading}; nothing else is locked under either. What fails is
 * a {@link StoreException} whose message is a line for the user.
 */
final class Database implements AutoCloseable {
    /** Another process (a backup, the sqlite3 shell) may hold the file for a moment. */
    private static final Duration BUSY_TIMEOUT = Duration.ofSeconds(5);

    private final Path file;
    private final ReentrantLock writing;
    private final ReentrantLock reading;
    private final Handle writer;
    private final Handle reader;

    @GuardedBy("writing")
    private final List<Runnable> afterCommit = new ArrayList<>();

    private Database(Path file, Handle writer, ReentrantLock writing, Handle reader, ReentrantLock reading) {
        this.file = file;
        this.writer = writer;
        this.writing = writing;
        this.reader = reader;
        this.reading = reading;
    }

    /** Opens a file; what is in it has not been looked at yet. */
    static Database open(Path file) throws SQLException {
        String url = "jdbc:sqlite:" + file;
        Handle writer = connect(url);
        try {
            return new Database(file, writer, new ReentrantLock(), connect(url), new ReentrantLock());
        } catch (SQLException | RuntimeException e) {
            disconnect(writer);
            throw e;
        }
    }

    /** A database that is gone when it is closed. */
    static Database inMemory() throws SQLException {
        Handle only = connect("jdbc:sqlite::memory:");
        ReentrantLock lock = new ReentrantLock();
        return new Database(Path.of("memory"), only, lock, only, lock);
    }

    private static Handle connect(String url) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        // FULL: a cursor or a pairing that somebody has been told of is still there after a power cut.
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        config.setBusyTimeout((int) BUSY_TIMEOUT.toMillis());
        Connection connection = config.createConnection(url);
        return Jdbi.create(connection).open();
    }

    /** Runs in one transaction, or within the one that this thread is already in. */
    <T> T write(Function<Handle, T> work) {
        writing.lock();
        try {
            if (writing.getHoldCount() > 1) {
                return work.apply(writer);
            }
            afterCommit.clear();
            T result = writer.inTransaction(work::apply);
            afterCommit.forEach(Runnable::run);
            return result;
        } catch (JdbiException e) {
            throw failed(e);
        } finally {
            writing.unlock();
        }
    }

    /** Runs when the transaction that this thread is in has been committed; never if it is rolled back. */
    void afterCommit(Runnable effect) {
        writing.lock();
        try {
            if (writing.getHoldCount() < 2) {
                throw new IllegalStateException("not in a transaction");
            }
            afterCommit.add(effect);
        } finally {
            writing.unlock();
        }
    }

    /** Sees one consistent state; within a transaction of this thread, that transaction's. */
    <T> T read(Function<Handle, T> work) {
        if (writing.isHeldByCurrentThread()) {
            return work.apply(writer);
        }
        reading.lock();
        try {
            return reader.inTransaction(work::apply);
        } catch (JdbiException e) {
            throw failed(e);
        } finally {
            reading.unlock();
        }
    }

    private StoreException failed(JdbiException cause) {
        return new StoreException(new IOException(line(file, cause), cause));
    }

    /** Says for the user what SQLite met. */
    static String line(Path file, Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null && !(cause instanceof SQLiteException)) {
            cause = cause.getCause();
        }
        if (!(cause instanceof SQLiteException sqlite)) {
            return "the database " + file + " failed: " + cause.getMessage();
        }
        return switch (sqlite.getResultCode()) {
            case SQLITE_FULL ->
                "the disk that holds " + file + " is full: nothing was recorded and no file of yours was touched;"
                        + " free some space, Tandem then goes on";
            case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
                "the database " + file + " cannot be written: check who owns it and its folder, and their permissions";
            case SQLITE_BUSY, SQLITE_LOCKED ->
                "the database " + file + " is held by another program: end that program and try again";
            case SQLITE_CORRUPT, SQLITE_NOTADB ->
                "the database " + file + " is damaged: your files and their history are not affected; restart Tandem";
            default -> "the database " + file + " failed: " + sqlite.getMessage() + "; check the disk";
        };
    }

    /** Ends both connections; waits for what is running on them. */
    @Override
    public void close() {
        writing.lock();
        try {
            reading.lock();
            try {
                disconnect(reader);
                disconnect(writer); // the last one to go folds the write-ahead log into the file
            } finally {
                reading.unlock();
            }
        } finally {
            writing.unlock();
        }
    }

    /** JDBI leaves a connection open that it was given. */
    private static void disconnect(Handle handle) {
        Connection connection = handle.getConnection();
        handle.close();
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreException(new IOException("the database could not be closed: " + e.getMessage(), e));
        }
    }
}
