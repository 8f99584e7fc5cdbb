package dev.tandem.gitsync.worktree;

import dev.tandem.gitsync.points.Failpoint;
import dev.tandem.gitsync.repo.DurableNames;
import dev.tandem.gitsync.repo.OwnLocks;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The repository's index: kept in memory while the file on disk is the one we know, changed only under index.lock.
 *
 * <p>An entry that was read or written too close to the file's own time could hide a later edit of the same size. Such
 * an entry is smudged (length 0, as git does) whenever the index is rewritten, and then compared by content.
 *
 * <p>A second name for our index.lock, {@code .git/tandem/index.lock}, tells a lock that we left in a crash from the
 * user's: both names are one inode. Not thread-safe: belongs to its {@link WorkTree}.
 */
final class Index {
    private static final Logger LOG = LoggerFactory.getLogger(Index.class);

    private final Repository git;
    private final DirCache cache;
    private final InstantSource clock;
    private final Path file;
    private final Path lockFile;
    private final Path ownLock;
    private final Path annex;
    private @Nullable FileChannel annexQueue; // open while index.lock is held
    private @Nullable Stat known;
    private boolean checkedForOwnLock;

    Index(Repository git, InstantSource clock) {
        this.git = git;
        this.clock = clock;
        File index = git.getIndexFile();
        this.cache = new DirCache(index, FS.DETECTED);
        this.file = index.toPath();
        this.lockFile = file.resolveSibling(file.getFileName() + ".lock");
        this.annex = git.getDirectory().toPath().resolve("annex");
        this.ownLock = git.getDirectory().toPath().resolve("tandem").resolve("index.lock");
    }

    /** The entries as they are on disk now. */
    DirCache read() throws IOException {
        removeOwnStaleLock();
        Stat now = Stat.of(file);
        if (now == null || !now.equals(known)) {
            cache.clear();
            try {
                cache.read();
            } catch (EOFException | CorruptObjectException | IndexOutOfBoundsException damaged) {
                remake(damaged);
                now = Stat.of(file);
            }
            known = now;
        }
        return cache;
    }

    /**
     * Makes an index anew that a power cut has emptied: what HEAD has, none of it known to be as the work files are. It
     * must never count as empty, since an ignored file that is tracked would then be taken for deleted.
     */
    private void remake(Exception damaged) throws IOException {
        LOG.debug("{} cannot be read, it is made anew from HEAD: {}", file, damaged.toString());
        Files.createDirectories(ownLock.getParent());
        Files.copy(file, ownLock.resolveSibling("index.damaged"), StandardCopyOption.REPLACE_EXISTING);
        if (!cache.lock()) {
            throw new BusyException("Another git command is at work here (" + lockFile + " exists)");
        }
        try (RevWalk walk = new RevWalk(git)) {
            cache.clear();
            DirCacheBuilder builder = cache.builder();
            ObjectId head = git.resolve(Constants.HEAD);
            if (head != null) {
                builder.addTree(
                        new byte[0],
                        0,
                        walk.getObjectReader(),
                        walk.parseCommit(head).getTree());
            }
            builder.finish();
            cache.write();
            requireReplaced(cache.commit());
        } catch (IOException | RuntimeException e) {
            cache.unlock();
            throw e;
        }
    }

    private void requireReplaced(boolean replaced) throws IOException {
        if (!replaced) {
            known = null;
            throw new IOException("Cannot replace " + file + "; check the permissions and the space of that disk");
        }
    }

    /** When the index on disk was written: what it says of files changed since is not to be trusted. */
    Instant written() {
        return known == null ? Instant.EPOCH : known.modified();
    }

    /** The entries as they were last read. */
    DirCache known() {
        return cache;
    }

    /** The entry of a path without conflict, or null. */
    @Nullable
    DirCacheEntry entry(String path) {
        int at = cache.findEntry(path);
        return at < 0 ? null : cache.getEntry(at);
    }

    void requireUnlocked() throws IOException {
        removeOwnStaleLock();
        if (Files.exists(lockFile)) {
            throw new BusyException("Another git command is at work here (" + lockFile + " exists)");
        }
    }

    /** Takes index.lock. The index must still be the one last read. */
    void lock() throws IOException {
        OwnLocks.note(git, OwnLocks.INDEX); // until the lock has its second name
        try {
            lockAnnexQueue();
        } catch (IOException e) {
            OwnLocks.forget(git, OwnLocks.INDEX);
            throw e;
        }
        if (!cache.lock()) {
            OwnLocks.forget(git, OwnLocks.INDEX);
            unlockAnnexQueue();
            throw new BusyException("Another git command is at work here (" + lockFile + " exists)");
        }
        try {
            Files.createDirectories(ownLock.getParent());
            Files.deleteIfExists(ownLock);
            linkOwnLock();
            OwnLocks.forget(git, OwnLocks.INDEX);
            Stat now = Stat.of(file);
            if (now != null ? !now.equals(known) : known != null) {
                throw new BusyException("Another git command changed the index meanwhile");
            }
        } catch (IOException | RuntimeException e) {
            unlock();
            throw e;
        }
    }

    /** git-annex holds this while it changes the index; taken before index.lock, as it does. */
    private void lockAnnexQueue() throws IOException {
        if (!Files.isDirectory(annex)) {
            return;
        }
        Path queue = annex.resolve("gitqueue.lck");
        FileChannel channel = FileChannel.open(queue, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            throw new BusyException("git-annex is at work here (it holds " + queue + ")");
        }
        annexQueue = channel; // its lock ends with it
    }

    private void unlockAnnexQueue() throws IOException {
        FileChannel channel = annexQueue;
        annexQueue = null;
        if (channel != null) {
            channel.close();
        }
    }

    private void linkOwnLock() {
        try {
            Files.createLink(ownLock, lockFile);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("no hard links here: a lock left by a crash has to be removed by hand: {}", e.toString());
        }
    }

    void unlock() throws IOException {
        cache.unlock();
        try {
            Files.deleteIfExists(ownLock);
            OwnLocks.forget(git, OwnLocks.INDEX);
        } finally {
            unlockAnnexQueue();
        }
    }

    /**
     * Puts {@code changes} (null deletes) in place and releases the lock.
     *
     * @param durable whether it must be on the disk before what comes next: the branch of a checkout. Else an index
     *     that is older than the branch, or damaged, is repaired by the next scan
     * @throws IOException if it cannot be written; the lock is then still held
     */
    void commit(Map<String, @Nullable DirCacheEntry> changes, boolean durable) throws IOException {
        rebuild(changes);
        // JGit compares files with the time of the lock, which may have been taken long before they were written, and
        // would mark them all as not to be trusted.
        Files.setLastModifiedTime(lockFile, FileTime.from(clock.instant()));
        cache.write();
        Failpoint.at("index.written");
        Stat written = Stat.of(lockFile);
        if (durable) {
            Flush.files(List.of(lockFile));
        }
        requireReplaced(cache.commit());
        Failpoint.at("index.placed");
        if (durable) {
            DurableNames.flush(file.resolveSibling(""));
        }
        Stat placed = Stat.of(file);
        boolean ours = written != null && placed != null && written.inode() == placed.inode();
        Files.deleteIfExists(ownLock);
        unlockAnnexQueue();
        // Removing the second name changes the inode's change time, nothing else.
        known = ours ? Stat.of(file) : null;
        if (known != null && placed != null && known.inode() != placed.inode()) {
            known = null;
        }
    }

    private void rebuild(Map<String, @Nullable DirCacheEntry> changes) {
        DirCacheBuilder builder = cache.builder();
        List<DirCacheEntry> added = new ArrayList<>();
        changes.values().forEach(entry -> {
            if (entry != null) {
                added.add(entry);
            }
        });
        boolean[] dropped = new boolean[cache.getEntryCount()];
        for (String path : changes.keySet()) {
            int at = cache.findEntry(path);
            for (int next = at < 0 ? cache.getEntryCount() : cache.nextEntry(at); at >= 0 && at < next; at++) {
                dropped[at] = true;
            }
        }
        Instant written = written();
        int from = 0;
        for (int i = 0; i <= dropped.length; i++) {
            if (i == dropped.length || dropped[i]) {
                if (i > from) {
                    builder.keep(from, i - from);
                }
                from = i + 1;
            } else if (Stat.racy(cache.getEntry(i).getLastModifiedInstant(), written)) {
                cache.getEntry(i).smudgeRacilyClean();
            }
        }
        added.forEach(builder::add);
        builder.finish();
    }

    private void removeOwnStaleLock() throws IOException {
        if (checkedForOwnLock) {
            return;
        }
        checkedForOwnLock = true;
        if (Files.exists(ownLock)) {
            if (Files.exists(lockFile) && Files.isSameFile(lockFile, ownLock)) {
                LOG.debug("removing the index.lock that a crash left behind");
                Files.delete(lockFile);
            }
            Files.delete(ownLock);
        }
    }
}
