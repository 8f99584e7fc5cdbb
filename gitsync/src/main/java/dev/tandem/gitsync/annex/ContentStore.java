package dev.tandem.gitsync.annex;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.Repository;

/**
 * The contents of large files, beside git, where git-annex has them: {@code .git/annex/objects/XX/YY/KEY/KEY}.
 *
 * <p>What is in here was verified when it came, is flushed to the disk and cannot be written. Needs memory for one
 * buffer, however large a content is. Thread-safe; one instance for each repository of a process.
 */
public final class ContentStore {
    private static final int BUFFER_BYTES = 1 << 18;
    /** Ours among the files of {@code othertmp}, where git-annex keeps what it writes for a moment. */
    private static final String TEMPORARY = "tandem-";
    /** What nobody has written to for that long was left behind by a crash. */
    private static final Duration TEMPORARY_AGE_MAX = Duration.ofDays(1);

    /** What git-annex leaves free unless it is told otherwise. */
    private static final String RESERVE = "100MB";

    private final Repository git;
    private final Path annex;
    private final ObjectFiles files;
    private final ThinFiles thin;
    private final KeyLocks locks;
    private final TransferLocks transfers;
    private final Incoming incoming;

    /** The contents of a repository, bare or not. */
    public ContentStore(Repository git) {
        this.git = git;
        annex = git.getDirectory().toPath().resolve("annex");
        files = new ObjectFiles(git);
        thin = new ThinFiles(git, files);
        locks = new KeyLocks(files);
        transfers = new TransferLocks(annex);
        incoming = new Incoming(annex, transfers);
    }

    /**
     * The file that holds a content, for reading; empty if it is not here. A file of another size than the key says is
     * not the content: a crash or, with annex.thin, an edit has changed it.
     */
    public Optional<Path> find(Key key) throws IOException {
        for (Path object : files.places(key)) {
            if (isWhole(object, key)) {
                return Optional.of(object);
            }
        }
        return Optional.empty();
    }

    private static boolean isWhole(Path object, Key key) throws IOException {
        try {
            return Files.isRegularFile(object)
                    && (key.sizeBytes().isEmpty()
                            || Files.size(object) == key.sizeBytes().getAsLong());
        } catch (NoSuchFileException removed) {
            return false; // between the two questions
        }
    }

    /** Whether a content is here, as far as its size tells. */
    public boolean has(Key key) throws IOException {
        return find(key).isPresent();
    }

    /**
     * Stores what a file holds, in one pass over its bytes, and names it. The file stays as it is.
     *
     * @param name the file's name in the folder, of which the key keeps the extension
     * @param backend how the key is made; one that {@link #makes} keys
     */
    public Key add(Path file, String name, String backend) throws IOException {
        Optional<Key> linked = thin.add(file, name, backend);
        if (linked.isPresent()) {
            return linked.get();
        }
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ);
                Spool spool = new Spool(this, backend)) {
            while (in.read(buffer.clear()) >= 0) {
                spool.write(buffer.flip());
            }
            return spool.keep(name, Files.isExecutable(file));
        }
    }

    /** Whether a work file has a second name, as {@link #add} gives it where {@code annex.thin} asks for it. */
    public boolean hasLinked(Path file) throws IOException {
        return thin.hasLinked(file);
    }

    /** Makes a content a work file as well, where {@code annex.thin} asks for it; false if it has to be copied. */
    public boolean link(Path object, Path file) throws IOException {
        return thin.link(object, file);
    }

    /**
     * A work file that was this object as well has been written to: it is not that content any more, nor is the object.
     */
    boolean forgetLinked(Key key, Path file) throws IOException {
        return thin.forget(key, file);
    }

    /** Whether {@link #add} can make keys of that backend. */
    public static boolean makes(String backend) {
        return Key.digestOf(backend).isPresent();
    }

    /** A new file for what may become an object, with the mode that the umask gives. */
    Path temporary() throws IOException {
        Path directory = Files.createDirectories(annex.resolve("othertmp"));
        Path name = Files.createTempFile(directory, TEMPORARY, ""); // has 0600
        Files.delete(name);
        return Files.createFile(name);
    }

    void makeExecutable(Path file) throws IOException {
        ObjectFiles.makeExecutable(file);
    }

    /** Takes a flushed, verified file in. */
    void place(Key key, Path file) throws IOException {
        files.place(file, files.places(key).get(0));
    }

    /**
     * A download of a content, continued where the last one broke off; empty if another one is under way here.
     *
     * @throws IOException if what has come cannot be read again
     */
    public Optional<Partial> receive(Key key) throws IOException {
        return receive(incoming.begin(key, Optional.empty(), ""), key);
    }

    /**
     * The same, of which git-annex is told: it shows the transfer, and begins none of that content from there.
     *
     * @param from the repository that sends it
     * @param path the file whose content it is
     */
    public Optional<Partial> receive(Key key, UUID from, String path) throws IOException {
        return receive(incoming.begin(key, Optional.of(from), path), key);
    }

    private Optional<Partial> receive(Optional<Path> file, Key key) throws IOException {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Partial.open(this, key, file.get()));
        } catch (IOException | RuntimeException failed) {
            closed(key);
            throw failed;
        }
    }

    /**
     * How many bytes may still come until the disk is as full as the user lets it be ({@code annex.diskreserve}); may
     * be negative.
     */
    public long roomBytes() throws IOException {
        String reserve = git.getConfig().getString("annex", null, "diskreserve");
        long free = Files.getFileStore(git.getDirectory().toPath()).getUsableSpace();
        return free - DataSize.bytes(reserve == null ? RESERVE : reserve);
    }

    void closed(Key key) throws IOException {
        incoming.end(key);
    }

    /** A content that stays here until this is closed: while it is sent, or while another drops its copy. */
    public interface Held extends Closeable {
        /** The file to read. */
        Path file();
    }

    /**
     * Makes a content stay; empty if it is not here or is just being removed. One that can be written to, as with
     * annex.thin, is read through first: an edit of the file would have changed it.
     */
    public Optional<Held> hold(Key key) throws IOException {
        Optional<Path> found = find(key);
        if (found.isEmpty() || !holds(found.get())) {
            return Optional.empty();
        }
        Path object = found.get();
        Held held = new Holding(object);
        if (Files.exists(object) // it may have been removed before it was held
                && (!ObjectFiles.isWritable(object) || mismatch(key, object).isEmpty())) {
            return Optional.of(held);
        }
        held.close();
        return Optional.empty();
    }

    /**
     * The same while it is sent, of which git-annex is told.
     *
     * @param to the repository that receives it
     */
    public Optional<Held> send(Key key, UUID to) throws IOException {
        Optional<Held> held = hold(key);
        if (held.isEmpty()) {
            return held;
        }
        try {
            // Without one if another sends the same there: what is asked for is given.
            Closeable lock =
                    transfers.begin(TransferLocks.Direction.UPLOAD, to, key, "").orElse(() -> {});
            return Optional.of(new Sending(held.get(), lock));
        } catch (IOException | RuntimeException failed) {
            held.get().close();
            throw failed;
        }
    }

    private record Sending(Held held, Closeable lock) implements Held {
        @Override
        public Path file() {
            return held.file();
        }

        @Override
        public void close() throws IOException {
            try (held) {
                lock.close();
            }
        }
    }

    private boolean holds(Path object) throws IOException {
        try {
            return locks.hold(object);
        } catch (NoSuchFileException e) {
            return false; // git-annex has just removed it, and its directory
        }
    }

    private final class Holding implements Held {
        private final Path object;
        private boolean closed;

        Holding(Path object) {
            this.object = object;
        }

        @Override
        public Path file() {
            return object;
        }

        @Override
        public synchronized void close() throws IOException {
            if (!closed) {
                closed = true;
                locks.release(object);
            }
        }
    }

    /** The lock that a repository holds on its own copy while it asks the others whether it may drop it. */
    public interface Removal {
        /** Judges with the lock held: asks the holders, then {@link DropCheck#judge}. */
        DropCheck.Answer mayGo() throws IOException;
    }

    /** What became of a removal. */
    public enum Removed {
        /** It is gone, or was not here. */
        YES,
        /** Somebody relies on it at this moment: it is being sent, or another is dropping its copy. */
        IN_USE,
        /** The check refused. */
        REFUSED
    }

    /**
     * Removes a content if a {@link DropCheck} permits it, asked while nobody can begin to rely on this copy.
     *
     * @throws IllegalArgumentException if the permit is for another key
     */
    public Removed remove(Key key, Removal check) throws IOException {
        Optional<Path> found = find(key);
        if (found.isEmpty()) {
            return Removed.YES;
        }
        if (!locks.holdForRemoval(found.get())) {
            return Removed.IN_USE;
        }
        try {
            if (!(check.mayGo() instanceof DropCheck.Permit permit)) {
                return Removed.REFUSED;
            }
            if (!permit.key().equals(key)) {
                throw new IllegalArgumentException("a permit for " + permit.key() + ", used for " + key);
            }
            for (Path object : files.places(key)) {
                files.delete(object);
            }
            return Removed.YES;
        } finally {
            locks.release(found.get());
        }
    }

    /** Reads a content through; why it is not what its key says, empty if it is or if its key cannot tell. */
    public Optional<String> damage(Key key) throws IOException {
        Optional<Path> found = find(key);
        return found.isEmpty() ? Optional.of("it is not here") : mismatch(key, found.get());
    }

    /** Why a file does not hold a key's content; empty if it does. */
    static Optional<String> mismatch(Key key, Path file) throws IOException {
        ContentDigest digest = ContentDigest.of(key);
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            while (in.read(buffer.clear()) >= 0) {
                digest.update(buffer.flip());
            }
        }
        return digest.mismatch();
    }

    /**
     * Moves a damaged content to {@code .git/annex/bad}, as git-annex does: it no longer counts, and nothing is lost.
     */
    public void setAside(Key key) throws IOException {
        Path bad = Files.createDirectories(annex.resolve("bad")).resolve(key.file());
        for (Path object : files.places(key)) {
            if (Files.isRegularFile(object)) {
                files.opened(
                        object.resolveSibling(""), () -> Files.move(object, bad, StandardCopyOption.REPLACE_EXISTING));
                files.deleteEmpty(object.resolveSibling(""));
            }
        }
    }

    /** Names every content that is here, one by one. */
    public void forEach(Consumer<Key> visitor) throws IOException {
        if (!Files.isDirectory(files.root())) {
            return;
        }
        try (Stream<Path> found = Files.find(files.root(), 4, (path, attributes) -> attributes.isRegularFile())) {
            for (Path path : (Iterable<Path>) found::iterator) {
                Optional<Key> key = Key.ofFile(String.valueOf(path.getFileName()));
                if (key.isPresent() && files.places(key.get()).contains(path)) {
                    visitor.accept(key.get());
                }
            }
        }
    }

    /** Removes what a crash has left of files that were being added, and transfers that nobody goes on with. */
    public void forgetLeftovers(Instant now) throws IOException {
        incoming.forgetOld(now);
        Path directory = annex.resolve("othertmp");
        if (!Files.isDirectory(directory)) {
            return;
        }
        FileTime oldest = FileTime.from(now.minus(TEMPORARY_AGE_MAX));
        try (var leftovers = Files.newDirectoryStream(directory, TEMPORARY + "*")) {
            for (Path leftover : leftovers) {
                if (Files.getLastModifiedTime(leftover).compareTo(oldest) < 0) {
                    Files.deleteIfExists(leftover);
                }
            }
        }
    }
}
