package dev.tandem.gitsync.annex;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jgit.lib.Repository;

/**
 * What stands in git for a work file, and what belongs in the work tree for what stands in git: pointers for large
 * files and contents for pointers. What git-annex's clean and smudge filters do.
 *
 * <p>Thread-safe as far as {@link Before} and the listener are.
 */
public final class AnnexFilter {
    /** Which content the last version of a file had. */
    public interface Before {
        /** The key that the index has for a path; empty if the file is not annexed or new. */
        Optional<Key> at(String path) throws IOException;
    }

    private final ContentStore store;
    private final LargeFiles large;
    private final Backends backends;
    private final Before before;
    private final Consumer<Key> stored;
    private final Consumer<Key> lost;

    /**
     * The filter of a repository.
     *
     * @param stored hears of each content that {@link #clean} has found here, so that the location log can say so
     * @param lost hears of each that is here no longer, because with annex.thin a program has written over it
     */
    public AnnexFilter(
            Repository git,
            ContentStore store,
            LargeFiles large,
            Before before,
            Consumer<Key> stored,
            Consumer<Key> lost) {
        this.store = store;
        this.large = large;
        this.backends = new Backends(git);
        this.before = before;
        this.stored = stored;
        this.lost = lost;
    }

    /**
     * The pointer to commit for a work file, whose content is then in the store; empty to commit the file as it is,
     * because it is not large or because it is a pointer, its content not being here.
     *
     * @param path in the folder, with slashes
     * @throws ExpressionException if it is not known whether it is large
     */
    public Optional<byte[]> clean(String path, Path file, long sizeBytes) throws IOException {
        return clean(path, file, sizeBytes, before.at(path));
    }

    /** The same, where it is known which content the file's last version had. */
    public Optional<byte[]> clean(String path, Path file, long sizeBytes, Optional<Key> last) throws IOException {
        if (!large.isLarge(path, sizeBytes, last.isPresent()) || isPointer(file, sizeBytes)) {
            return Optional.empty();
        }
        // a file that was only touched is read, and not written
        boolean same = last.isPresent() && isContent(last.get(), file, sizeBytes);
        if (!same && last.isPresent() && store.forgetLinked(last.get(), file)) {
            lost.accept(last.get());
        }
        Key key = same ? last.get() : store.add(file, path, backends.of(path, last));
        stored.accept(key);
        return Optional.of(Pointer.of(key));
    }

    private static boolean isPointer(Path file, long sizeBytes) throws IOException {
        return sizeBytes <= Pointer.BYTES_MAX
                && Pointer.parse(Files.readAllBytes(file)).isPresent();
    }

    /**
     * Compared with the object, not hashed: that ends where an edit begins. Unless the object is the file itself, under
     * another name.
     */
    private boolean isContent(Key key, Path file, long sizeBytes) throws IOException {
        if (key.digest().isEmpty() || key.sizeBytes().orElse(-1) != sizeBytes) {
            return false;
        }
        Optional<Path> object = store.find(key);
        if (object.isEmpty()) {
            return false;
        }
        return Files.isSameFile(file, object.get())
                ? ContentStore.mismatch(key, file).isEmpty()
                : Files.mismatch(file, object.get()) < 0;
    }

    /** Like {@link #clean} for bytes that git sends: the pointer; empty for the bytes as they came. */
    Optional<byte[]> clean(String path, Spool content, Optional<Key> last, boolean executable) throws IOException {
        if (!large.isLarge(path, content.bytes(), last.isPresent())) {
            return Optional.empty();
        }
        if (content.bytes() <= Pointer.BYTES_MAX
                && Pointer.parse(content.toByteArray()).isPresent()) {
            return Optional.empty();
        }
        Key key = content.keep(path, executable);
        stored.accept(key);
        return Optional.of(Pointer.of(key));
    }

    /** A spool for what git sends of a path. */
    Spool spool(String path, Optional<Key> last) throws IOException {
        return new Spool(store, backends.of(path, last));
    }

    /** The key of a path's last version. */
    Optional<Key> last(String path) throws IOException {
        return before.at(path);
    }

    /** The file whose content belongs at a path for a blob; empty if that is the blob itself. */
    public Optional<Path> smudge(String path, byte[] blob) throws IOException {
        Optional<Key> key = Pointer.parse(blob);
        return key.isPresent() ? store.find(key.get()) : Optional.empty();
    }
}
