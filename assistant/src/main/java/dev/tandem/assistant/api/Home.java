package dev.tandem.assistant.api;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directory that holds everything of one daemon: database, key, API token, log. Only its owner may look inside.
 *
 * <p>The command line finds the running daemon here. Any thread; every {@link IOException} is a line for the user.
 *
 * @param directory absolute; need not exist before {@link #prepare()}
 */
public record Home(Path directory) {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
    private static final int TOKEN_BYTES = 32;
    /** A token or a port file is far smaller; more is not ours. */
    private static final int MAX_FILE_BYTES = 256;

    /**
     * A daemon that answers.
     *
     * @param port of its API, on 127.0.0.1
     * @param pid its process
     */
    public record Running(int port, long pid) {}

    /**
     * Finds the home: the option, else {@code $TANDEM_HOME}, else the platform's state folder.
     *
     * @param option what {@code --home} says, or null
     * @param environment the process's environment
     * @param system the property {@code os.name}
     * @param user the user's home directory
     */
    public static Home locate(@Nullable Path option, Map<String, String> environment, String system, Path user) {
        String named = environment.getOrDefault("TANDEM_HOME", "");
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        Path directory;
        if (option != null) {
            directory = option;
        } else if (!named.isEmpty()) {
            directory = Path.of(named);
        } else if (system.startsWith("Mac")) {
            directory = user.resolve("Library/Application Support/Tandem");
        } else if (state.startsWith("/")) { // the XDG base directory specification: ignore a relative one
            directory = Path.of(state, "tandem");
        } else {
            directory = user.resolve(".local/state/tandem");
        }
        return new Home(directory.toAbsolutePath().normalize());
    }

    /** The database. */
    public Path database() {
        return directory.resolve("tandem.db");
    }

    /** The log. */
    public Path log() {
        return directory.resolve("tandem.log");
    }

    /** Makes the directory if there is none, and keeps everybody else out of it. */
    public void prepare() throws IOException {
        try {
            if (!Files.isDirectory(directory)) {
                Path parent = directory.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                Files.createDirectory(directory, attributes(OWNER_ONLY));
            }
            if (isPosix() && !Files.getPosixFilePermissions(directory).equals(OWNER_ONLY)) {
                Files.setPosixFilePermissions(directory, OWNER_ONLY);
            }
        } catch (FileSystemException e) {
            throw unusable(e);
        }
        if (!Files.isWritable(directory)) {
            throw new IOException("the home " + directory
                    + " cannot be written: check who owns it, or choose another with --home DIR");
        }
    }

    /** The API's token: the one that is there, else a new one. */
    public String makeToken(SecureRandom random) throws IOException {
        Optional<String> known = token();
        if (known.isPresent()) {
            return known.get();
        }
        byte[] secret = new byte[TOKEN_BYTES];
        random.nextBytes(secret);
        String token = HexFormat.of().formatHex(secret);
        write("token", token);
        return token;
    }

    /** The API's token; empty if there is none, or none that can be meant. */
    public Optional<String> token() throws IOException {
        return read("token").filter(token -> token.matches("[0-9a-f]{" + 2 * TOKEN_BYTES + "}"));
    }

    /** Tells the command line where the API is. */
    public void publish(Running running) throws IOException {
        write("port", running.port() + " " + running.pid());
    }

    /** The API has ended. */
    public void retract() throws IOException {
        Files.deleteIfExists(directory.resolve("port"));
    }

    /** The daemon that said it runs here, if its process still exists. */
    public Optional<Running> running() throws IOException {
        Optional<String> port = read("port").filter(line -> line.matches("[0-9]{1,5} [0-9]{1,18}"));
        if (port.isEmpty()) {
            return Optional.empty();
        }
        String[] words = port.get().split(" ", 2);
        Running running = new Running(Integer.parseInt(words[0]), Long.parseLong(words[1]));
        // After a crash the file is still there, and the port may be another program's, which must not get the token.
        return ProcessHandle.of(running.pid()).filter(ProcessHandle::isAlive).map(process -> running);
    }

    /**
     * Takes the home for one daemon, until closed or the process ends, however it ends.
     *
     * @throws IOException if another daemon has it
     */
    public Lock lock() throws IOException {
        try {
            FileChannel channel = FileChannel.open(
                    directory.resolve("lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    attributes(OWNER_FILE));
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return new Lock(channel);
                }
            } catch (OverlappingFileLockException e) {
                channel.close();
                throw taken(e);
            }
            channel.close();
            throw taken(null);
        } catch (FileSystemException e) {
            throw unusable(e);
        }
    }

    /** The home is ours; closing gives it back. */
    public static final class Lock implements AutoCloseable {
        private final FileChannel channel;

        private Lock(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private IOException taken(@Nullable Exception cause) {
        return new IOException(
                "another daemon already runs on " + directory + ": use it, or end it with tandem stop", cause);
    }

    private IOException unusable(FileSystemException cause) {
        String reason = cause.getReason() == null ? cause.getClass().getSimpleName() : cause.getReason();
        return new IOException(
                "the home " + directory + " cannot be used (" + reason + "): check " + cause.getFile()
                        + ", or choose another with --home DIR",
                cause);
    }

    private boolean isPosix() {
        return directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private FileAttribute<?>[] attributes(Set<PosixFilePermission> permissions) {
        return isPosix()
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    /** Whole or not at all: a command may read it at any moment. */
    private void write(String name, String content) throws IOException {
        try {
            Path temporary = Files.createTempFile(directory, "." + name, "", attributes(OWNER_FILE));
            Files.writeString(temporary, content + "\n");
            Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            throw unusable(e);
        }
    }

    private Optional<String> read(String name) throws IOException {
        Path file = directory.resolve(name);
        try (var in = Files.newInputStream(file)) {
            return Optional.of(new String(in.readNBytes(MAX_FILE_BYTES), StandardCharsets.US_ASCII).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (FileSystemException e) {
            throw unusable(e);
        }
    }
}
