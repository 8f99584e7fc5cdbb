package dev.tandem.gitsync.testing;

import dev.tandem.gitsync.annex.AnnexBranch;
import dev.tandem.gitsync.exchange.FileTimes;
import dev.tandem.gitsync.exchange.Limits;
import dev.tandem.gitsync.exchange.PushOutcome;
import dev.tandem.gitsync.exchange.ReceivePack;
import dev.tandem.gitsync.exchange.Received;
import dev.tandem.gitsync.exchange.SendPack;
import dev.tandem.gitsync.exchange.SyncedRefs;
import dev.tandem.gitsync.exchange.SyncedTimes;
import dev.tandem.gitsync.merge.ConvergentMerge;
import dev.tandem.gitsync.repo.FolderRepository;
import dev.tandem.gitsync.repo.RepositorySetup;
import dev.tandem.gitsync.worktree.WorkTree;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jgit.lib.ObjectId;

/** A real folder in a temporary place, with a clock that moves a second with every commit, so that runs are alike. */
public final class TempFolder implements AutoCloseable {
    /** A clock that tests set. */
    public static final class Clock implements InstantSource {
        private Instant now = Instant.parse("2026-11-20T12:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        /** Lets time pass. */
        public void pass(Duration time) {
            now = now.plus(time);
        }
    }

    public final Path path;
    public final FolderRepository repository;
    public final WorkTree tree;
    public final AnnexBranch annex;
    public final Clock clock;

    public TempFolder(Path path, Clock clock) throws IOException {
        this.path = path;
        this.clock = clock;
        String name = String.valueOf(path.getFileName());
        repository = FolderRepository.createOrAdopt(path, setup(name));
        // the background gc would still be at work when the test's directory goes
        repository.git().getConfig().setBoolean("receive", null, "autogc", false);
        tree = new WorkTree(repository.git(), clock, name, name + "@example.org");
        annex = new AnnexBranch(repository.git(), clock);
    }

    /** A set-up whose UUID follows from the name. */
    public static RepositorySetup setup(String name) {
        UUID uuid = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        return new RepositorySetup(() -> uuid, false, "main");
    }

    public TempFolder write(String file, String content) throws IOException {
        Path target = path.resolve(file);
        Files.createDirectories(target.getParent());
        Files.writeString(target, content);
        return this;
    }

    public TempFolder delete(String file) throws IOException {
        Files.delete(path.resolve(file));
        return this;
    }

    public String read(String file) throws IOException {
        return Files.readString(path.resolve(file));
    }

    /** Scans and commits all of it, young or not. */
    public WorkTree.Committed commitAll() throws IOException {
        clock.pass(Duration.ofSeconds(1));
        return tree.commitUnsettled(tree.scan());
    }

    public WorkTree.Committed commit(String... paths) throws IOException {
        clock.pass(Duration.ofSeconds(1));
        return tree.commitUnsettled(Set.of(paths));
    }

    public Optional<ObjectId> head() throws IOException {
        return repository.head();
    }

    /** Pushes to another folder over a pipe. */
    public PushOutcome pushTo(TempFolder other) throws IOException {
        return pushTo(other, Limits.DEFAULT);
    }

    public PushOutcome pushTo(TempFolder other, Limits limits) throws IOException {
        PipedOutputStream there = new PipedOutputStream();
        PipedOutputStream back = new PipedOutputStream();
        PipedInputStream thereIn = new PipedInputStream(there, 1 << 16);
        PipedInputStream backIn = new PipedInputStream(back, 1 << 16);
        CompletableFuture<Received> receiving = CompletableFuture.supplyAsync(() -> {
            try (thereIn;
                    back) {
                return ReceivePack.receive(other.repository, repository.uuid(), limits, thereIn, back);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        });
        try (there;
                backIn) {
            Optional<ObjectId> head = head();
            FileTimes times = head.isPresent()
                    ? FileTimes.of(repository, head.get(), other.head().filter(repository::has))
                    : FileTimes.NONE;
            PushOutcome outcome = SendPack.push(repository, times, backIn, there);
            receiving.join();
            return outcome;
        } catch (IOException sending) {
            receiving
                    .exceptionally(cause -> {
                        sending.addSuppressed(cause);
                        return new Received(Optional.empty(), Optional.empty(), List.of());
                    })
                    .join();
            throw sending;
        }
    }

    /** Merges what was pushed here and checks it out. */
    public WorkTree.CheckedOut integrate(TempFolder... pushers) throws IOException {
        List<ObjectId> heads = new ArrayList<>();
        head().ifPresent(heads::add);
        for (TempFolder pusher : pushers) {
            new SyncedRefs(repository.git()).head(pusher.repository.uuid()).ifPresent(heads::add);
        }
        ConvergentMerge.Merged merged = ConvergentMerge.merge(repository.git(), heads);
        return tree.checkOut(merged.head(), new SyncedTimes(repository)::modified);
    }

    /** All files but git's own, with their contents. */
    public Map<String, String> files() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (var all = Files.walk(path)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String name = path.relativize(file).toString();
                if (!name.startsWith(".git/")) {
                    files.put(name, Files.readString(file, StandardCharsets.ISO_8859_1));
                }
            }
        }
        return files;
    }

    @Override
    public void close() {
        repository.close();
    }
}
