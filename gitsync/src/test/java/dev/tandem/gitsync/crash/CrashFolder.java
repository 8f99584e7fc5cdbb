package dev.tandem.gitsync.crash;

import dev.tandem.gitsync.annex.AnnexBranch;
import dev.tandem.gitsync.annex.AnnexedFiles;
import dev.tandem.gitsync.annex.ContentStore;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.Partial;
import dev.tandem.gitsync.annex.Presence;
import dev.tandem.gitsync.exchange.FileTimes;
import dev.tandem.gitsync.exchange.Limits;
import dev.tandem.gitsync.exchange.ReceivePack;
import dev.tandem.gitsync.exchange.SendPack;
import dev.tandem.gitsync.exchange.SyncedRefs;
import dev.tandem.gitsync.exchange.SyncedTimes;
import dev.tandem.gitsync.merge.ConvergentMerge;
import dev.tandem.gitsync.repo.FolderRepository;
import dev.tandem.gitsync.testing.TempFolder;
import dev.tandem.gitsync.worktree.AnnexContents;
import dev.tandem.gitsync.worktree.WorkTree;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/** A folder as the daemon has it: versions, merges and large contents, and the same steps after a start. */
final class CrashFolder implements AutoCloseable {
    /** Contents that are larger are beside git. */
    static final int LARGE_BYTES_MIN = 4096;

    final Path path;
    final FolderRepository repository;
    final ContentStore store;
    private final AnnexBranch annex;
    private final WorkTree tree;

    private CrashFolder(FolderRepository repository) {
        this.repository = repository;
        path = repository.path();
        // ahead, so that all files count as settled
        InstantSource clock = () -> Instant.now().plus(Duration.ofMinutes(1));
        annex = new AnnexBranch(repository.git(), clock);
        store = new ContentStore(repository.git());
        AnnexContents contents = new AnnexContents(repository.git(), repository.uuid(), annex, store, key -> {});
        String name = String.valueOf(path.getFileName());
        tree = new WorkTree(repository.git(), clock, name, name + "@example.org", contents);
    }

    static void create(Path path) throws IOException {
        try (FolderRepository made =
                FolderRepository.createOrAdopt(path, TempFolder.setup(String.valueOf(path.getFileName())))) {
            var config = made.git().getConfig();
            config.setBoolean("receive", null, "autogc", false);
            config.setString("annex", null, "largefiles", "largerthan=" + LARGE_BYTES_MIN + "B");
            config.save();
        }
    }

    /** Opens it to read, as a crash has left it. */
    static CrashFolder look(Path path) throws IOException {
        return new CrashFolder(FolderRepository.open(path, TempFolder.setup(String.valueOf(path.getFileName()))));
    }

    /** Opens it and finishes what a crash has cut short. */
    static CrashFolder start(Path path) throws IOException {
        CrashFolder folder = look(path);
        folder.tree.recover(new SyncedTimes(folder.repository)::modified);
        return folder;
    }

    /** Makes a version of all that is not in one. */
    void commit() throws IOException {
        WorkTree.Committed done = tree.commit(tree.scan());
        if (!done.unsettled().isEmpty() || !done.problems().isEmpty()) {
            throw new IOException("not committed: " + done);
        }
    }

    /** Sends what this has, and has it merged there. */
    void syncTo(CrashFolder other) throws IOException {
        push(other);
        other.integrate(this);
        other.fetch(this);
    }

    private void push(CrashFolder other) throws IOException {
        PipedOutputStream there = new PipedOutputStream();
        PipedOutputStream back = new PipedOutputStream();
        PipedInputStream thereIn = new PipedInputStream(there, 1 << 16);
        PipedInputStream backIn = new PipedInputStream(back, 1 << 16);
        CompletableFuture<Void> receiving = CompletableFuture.runAsync(() -> {
            try (thereIn;
                    back) {
                ReceivePack.receive(other.repository, repository.uuid(), Limits.DEFAULT, thereIn, back);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        });
        try (there;
                backIn) {
            Optional<ObjectId> head = repository.head();
            FileTimes times = head.isPresent()
                    ? FileTimes.of(
                            repository, head.get(), other.repository.head().filter(repository::has))
                    : FileTimes.NONE;
            SendPack.push(repository, times, backIn, there);
        } finally {
            receiving.join();
        }
    }

    private void integrate(CrashFolder pusher) throws IOException {
        SyncedRefs received = new SyncedRefs(repository.git());
        for (int turn = 0; turn < 5; turn++) {
            received.annex(pusher.repository.uuid()).ifPresent(tip -> union(tip));
            List<ObjectId> heads = new ArrayList<>();
            received.head(pusher.repository.uuid()).ifPresent(heads::add);
            tree.interrupted().ifPresent(heads::add);
            repository.head().ifPresent(heads::add);
            if (heads.isEmpty()) {
                return;
            }
            ObjectId merged = ConvergentMerge.merge(repository.git(), heads).head();
            SyncedTimes times = new SyncedTimes(repository);
            if (tree.checkOut(merged, times::modified).done()) {
                times.clear(pusher.repository.uuid());
                return;
            }
            commit();
        }
        throw new IOException("no end to merging in " + path);
    }

    private void union(ObjectId tip) {
        try {
            annex.union(List.of(tip));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fetch(CrashFolder other) throws IOException {
        Map<Key, Presence> came = new HashMap<>();
        List<String> paths = new ArrayList<>();
        for (Map.Entry<String, Key> file : keys().entrySet()) {
            Optional<Path> there = other.store.find(file.getValue());
            if (there.isPresent() && !store.has(file.getValue())) {
                try (Partial partial = store.receive(file.getValue()).orElseThrow()) {
                    byte[] all = Files.readAllBytes(there.get());
                    int from = (int) partial.bytes();
                    partial.write(ByteBuffer.wrap(all, from, all.length - from));
                    partial.finish();
                }
                came.put(file.getValue(), Presence.PRESENT);
            }
            if (store.has(file.getValue())) {
                paths.add(file.getKey());
            }
        }
        if (!came.isEmpty()) {
            annex.record(repository.uuid(), came);
        }
        tree.fill(paths);
    }

    private Map<String, Key> keys() throws IOException {
        Map<String, Key> keys = new HashMap<>();
        Optional<ObjectId> head = repository.head();
        if (head.isEmpty()) {
            return keys;
        }
        try (RevWalk commits = new RevWalk(repository.git());
                TreeWalk walk = new TreeWalk(repository.git())) {
            walk.addTree(commits.parseCommit(head.get()).getTree());
            walk.setRecursive(true);
            while (walk.next()) {
                if ((walk.getRawMode(0) & org.eclipse.jgit.lib.FileMode.TYPE_MASK)
                        == org.eclipse.jgit.lib.FileMode.TYPE_FILE) {
                    AnnexedFiles.key(walk.getObjectReader(), walk.getObjectId(0))
                            .ifPresent(key -> keys.put(walk.getPathString(), key));
                }
            }
        }
        return keys;
    }

    Optional<ObjectId> head() throws IOException {
        return repository.head();
    }

    Optional<ObjectId> annexTip() throws IOException {
        return annex.tip();
    }

    /** Whether nothing is left to be made a version of, or to be finished. */
    Set<String> leftOver() throws IOException {
        return tree.interrupted().isPresent() ? Set.of("an unfinished checkout") : tree.scan();
    }

    /** Exchanges until both have the same; a handful of turns is enough, or something is wrong. */
    static void level(CrashFolder one, CrashFolder two) throws IOException {
        one.commit();
        two.commit();
        for (int turn = 0; turn < 6; turn++) {
            one.syncTo(two);
            two.syncTo(one);
            if (one.head().equals(two.head()) && one.annexTip().equals(two.annexTip())) {
                return;
            }
        }
        throw new IOException("the two do not end with the same: " + one.head() + " " + two.head() + ", "
                + one.annexTip() + " " + two.annexTip());
    }

    /** The raw bytes of a blob. */
    byte[] blob(ObjectId id) throws IOException {
        return repository.git().open(id, Constants.OBJ_BLOB).getBytes();
    }

    @Override
    public void close() {
        repository.close();
    }
}
