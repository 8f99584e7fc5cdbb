package dev.tandem.assistant.api;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The directory that holds everything of one daemon: key, database, API token, log. Only its owner may look inside.
 *
 * @param directory absolute
 */
public record Home(Path directory) {
    private static final int TOKEN_BYTES = 32;

    /** The home that was asked for, or {@code TANDEM_HOME}, or the platform's place for state. */
    public static Home choose(Optional<Path> asked, Map<String, String> environment) {
        Path path = asked.orElseGet(() -> {
            String named = environment.get("TANDEM_HOME");
            return named == null || named.isEmpty() ? platformPlace(environment) : Path.of(named);
        });
        return new Home(path.toAbsolutePath().normalize());
    }

    private static Path platformPlace(Map<String, String> environment) {
        Path user = Path.of(System.getProperty("user.home"));
        if (System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac")) {
            return user.resolve("Library/Application Support/Tandem");
        }
        String state = environment.get("XDG_STATE_HOME");
        return (state == null || state.isEmpty() ? user.resolve(".local/state") : Path.of(state)).resolve("tandem");
    }

    /** Where the API of a running daemon listens. */
    public record Endpoint(int port, long pid) {}

    /** Held by the one daemon that runs on a home; ends with the process. */
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

    /**
     * Makes the home if there is none, closes it to others, and takes it for this daemon.
     *
     * @throws IOException with one line for the user
     */
    public Lock lock() throws IOException {
        prepare();
        FileChannel channel =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new Lock(channel);
            }
        } catch (OverlappingFileLockException sameProcess) {
            channel.close();
            throw taken();
        }
        channel.close();
        throw taken();
    }

    private IOException taken() {
        return new IOException("a daemon already runs on " + directory
                + "; nothing was changed; use it, or `tandem stop` it, or give this one another --home");
    }

    private void prepare() throws IOException {
        FileAttribute<?> ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        try {
            if (!Files.exists(directory)) {
                if (directory.getParent() != null) {
                    Files.createDirectories(directory.getParent());
                }
                Files.createDirectory(directory, ownerOnly);
            }
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException refused) {
            throw new IOException(
                    "the home " + directory + " cannot be used (" + refused
                            + "); nothing was changed; make it writable or choose another with --home",
                    refused);
        }
    }

    /** The database. */
    public Path database() {
        return directory.resolve("tandem.db");
    }

    /** The log, for engineers; users have the journal. */
    public Path log() {
        return directory.resolve("tandem.log");
    }

    /** Makes a new token for this run of the daemon. */
    public String newToken() throws IOException {
        byte[] token = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(token);
        String hex = HexFormat.of().formatHex(token);
        writePrivately("token", hex);
        return hex;
    }

    /** Says where the running daemon's API is; the last step of its start. */
    public void publish(Endpoint endpoint) throws IOException {
        writePrivately("port", endpoint.port + " " + endpoint.pid);
    }

    /** No daemon runs any more. */
    public void unpublish() throws IOException {
        Files.deleteIfExists(directory.resolve("port"));
    }

    /** Where a daemon said that its API is; it may be dead since. */
    public Optional<Endpoint> endpoint() {
        try {
            String[] words = Files.readString(directory.resolve("port")).strip().split(" ", 2);
            return Optional.of(new Endpoint(Integer.parseInt(words[0]), Long.parseLong(words[1])));
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException none) {
            return Optional.empty();
        }
    }

    /** The token of the running daemon. */
    public String token() throws IOException {
        return Files.readString(directory.resolve("token")).strip();
    }

    private void writePrivately(String name, String content) throws IOException {
        Path beside = directory.resolve(name + ".tmp");
        Files.deleteIfExists(beside);
        Files.createFile(beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(beside, content);
        Files.move(
                beside, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
