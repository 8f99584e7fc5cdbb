package dev.tandem.gitsync.remotes;

import dev.tandem.gitsync.annex.ContentStore;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.Partial;
import dev.tandem.gitsync.annex.WrongContentException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jgit.lib.Repository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies contents of large files from and to remotes that are git-annex repositories on a path. A content counts where
 * it arrives only once its hash is right; a copy that breaks off is continued. Thread-safe.
 */
public final class RemoteContents {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteContents.class);
    private static final int BUFFER_BYTES = 1 << 18;

    private final ContentStore ours;
    private final Map<File, ContentStore> theirs = new ConcurrentHashMap<>(); // one for each remote

    /** Contents between that store and the remotes' ones. */
    public RemoteContents(ContentStore ours) {
        this.ours = ours;
    }

    /** What became of a copy. */
    public enum Copied {
        /** It is there, whole and right. */
        YES,
        /** The source has not got it, or it is being copied already. */
        GONE,
        /** What the source has is not the content. */
        DAMAGED,
        /** The target's disk is as full as it may be. */
        NO_ROOM
    }

    /** Hears how a copy goes on, and may end it. */
    public interface Listener {
        /** So many more bytes are there; false to break off. */
        boolean copied(long bytes);
    }

    /** The annex UUID of a remote with which contents can be exchanged. */
    public Optional<UUID> uuid(GitRemote remote) throws IOException {
        return remote.contents() && remote.path().isPresent()
                ? PathRemote.open(remote).uuid()
                : Optional.empty();
    }

    /** Whether a remote has a content at this moment. */
    public boolean has(GitRemote remote, Key key) throws IOException {
        return store(remote).has(key);
    }

    /** The repositories of those remotes that can be looked into now, and whether each has a content. */
    public Map<UUID, Boolean> holders(Iterable<GitRemote> remotes, Key key) throws IOException {
        Map<UUID, Boolean> holders = new HashMap<>();
        for (GitRemote remote : remotes) {
            try {
                Optional<UUID> uuid = uuid(remote);
                if (uuid.isPresent()) {
                    holders.put(uuid.get(), has(remote, key));
                }
            } catch (RemoteException away) {
                LOG.debug("{} cannot be looked into", remote.name(), away);
            }
        }
        return holders;
    }

    /** Copies a content here. */
    public Copied fetch(GitRemote remote, Key key, Listener listener) throws IOException {
        return copy(store(remote), ours, key, listener);
    }

    /** Copies a content to a remote. */
    public Copied send(GitRemote remote, Key key, Listener listener) throws IOException {
        return copy(ours, store(remote), key, listener);
    }

    private ContentStore store(GitRemote remote) throws IOException {
        PathRemote path = PathRemote.open(remote);
        ContentStore known = theirs.get(path.gitDirectory());
        if (known == null) {
            try (Repository git = path.repository()) {
                known = theirs.computeIfAbsent(path.gitDirectory(), directory -> new ContentStore(git));
            }
        }
        return known;
    }

    private static Copied copy(ContentStore from, ContentStore to, Key key, Listener listener) throws IOException {
        Optional<ContentStore.Held> held = hold(from, key);
        if (held.isEmpty()) {
            return Copied.GONE;
        }
        try (ContentStore.Held source = held.get()) {
            Optional<Partial> partial = to.receive(key);
            if (partial.isEmpty()) {
                return Copied.GONE;
            }
            try (Partial target = partial.get()) {
                return copy(source.file(), target, to, listener);
            } catch (WrongContentException wrong) {
                return Copied.DAMAGED; // and what came was thrown away
            } catch (FileSystemException failed) {
                if (isFull(failed)) {
                    return Copied.NO_ROOM;
                }
                throw failed;
            }
        }
    }

    private static Copied copy(Path source, Partial target, ContentStore to, Listener listener) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (FileChannel in = FileChannel.open(source, StandardOpenOption.READ)) {
            if (to.roomBytes() < in.size() - target.bytes()) {
                return Copied.NO_ROOM;
            }
            in.position(target.bytes());
            while (in.read(buffer.clear()) >= 0) {
                int bytes = buffer.flip().remaining();
                target.write(buffer);
                if (!listener.copied(bytes)) {
                    throw new IOException("it was broken off");
                }
            }
        }
        target.finish();
        return Copied.YES;
    }

    /** From a medium that cannot be written to nobody removes anything either, so nothing has to be locked there. */
    private static Optional<ContentStore.Held> hold(ContentStore from, Key key) throws IOException {
        try {
            return from.hold(key);
        } catch (AccessDeniedException | java.nio.file.ReadOnlyFileSystemException unwritable) {
            return unlocked(from, key);
        } catch (FileSystemException failed) {
            if (String.valueOf(failed.getReason()).toLowerCase(Locale.ROOT).contains("read-only")) {
                return unlocked(from, key);
            }
            throw failed;
        }
    }

    private static Optional<ContentStore.Held> unlocked(ContentStore from, Key key) throws IOException {
        return from.find(key).map(file -> new ContentStore.Held() {
            @Override
            public Path file() {
                return file;
            }

            @Override
            public void close() {
                // nothing was taken
            }
        });
    }

    private static boolean isFull(FileSystemException failure) {
        String said = String.valueOf(failure.getReason()).toLowerCase(Locale.ROOT);
        return said.contains("no space left") || said.contains("quota");
    }
}
