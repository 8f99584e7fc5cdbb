package dev.tandem.assistant;

import dev.tandem.assistant.api.Status;
import dev.tandem.assistant.core.Announcement;
import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Effect;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.FolderCore;
import dev.tandem.assistant.core.FolderSnapshot;
import dev.tandem.assistant.core.Tips;
import dev.tandem.assistant.core.Tuning;
import dev.tandem.assistant.store.StoredFolder;
import dev.tandem.assistant.store.StoredPeer;
import dev.tandem.gitsync.annex.AnnexBranch;
import dev.tandem.gitsync.annex.AssistantLock;
import dev.tandem.gitsync.annex.DropCheck;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.LargeFiles;
import dev.tandem.gitsync.history.Proposal;
import dev.tandem.gitsync.remotes.Access;
import dev.tandem.gitsync.remotes.GitRemotes;
import dev.tandem.gitsync.remotes.RemoteContents;
import dev.tandem.gitsync.remotes.RemoteExchange;
import dev.tandem.gitsync.repo.FolderRepository;
import dev.tandem.gitsync.worktree.AnnexContents;
import dev.tandem.gitsync.worktree.Watch;
import dev.tandem.gitsync.worktree.WatchListener;
import dev.tandem.gitsync.worktree.WorkTree;
import dev.tandem.xmpp.link.LinkStream;
import dev.tandem.xmpp.link.Links;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One folder that is kept in sync: its repository, its watch, its dispatcher, and the threads that serve it. */
final class OpenFolder {
    private static final Logger LOG = LoggerFactory.getLogger(OpenFolder.class);
    private static final long END_SECONDS = 3;

    /** What all folders share. */
    record Shared(String device, Links links, Records records, InstantSource clock, ScheduledExecutorService timers) {}

    private final StoredFolder stored;
    private final FolderRepository repository;
    private final AssistantLock assistantLock;
    private final AnnexBranch annex;
    private final Shared shared;
    private final ExecutorService files;
    private final ExecutorService pushes;
    private final ExecutorService contentWorkers;
    private final ExecutorService remoteWorkers;
    private final ExecutorService answers;
    private final ExecutorService decider;
    private final Dispatcher dispatcher;
    private final AtomicLong syncTokens = new AtomicLong();
    private final Map<Long, CompletableFuture<Effect.SyncEnded>> syncs = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<Void>> gets = new ConcurrentHashMap<>();
    private final FolderContents contents;
    private final Progress progress;
    private final Holders holders;
    private final RemoteWork remoteWork;
    private final GitRemotes remotes;
    private final Access access;
    private final FolderWorker worker;
    private final FolderEffects effects;
    private final Watch watch;
    private final Unwanted unwanted;

    private OpenFolder(StoredFolder stored, FolderRepository repository, AssistantLock assistantLock, Shared shared)
            throws IOException {
        this.stored = stored;
        this.repository = repository;
        this.shared = shared;
        this.assistantLock = assistantLock;
        annex = new AnnexBranch(repository.git(), shared.clock);
        contents = new FolderContents(repository, annex, shared.clock);
        WorkTree tree = new WorkTree(
                repository.git(),
                shared.clock,
                shared.device,
                "tandem@" + shared.device,
                new AnnexContents(repository.git(), repository.uuid(), annex, contents.store(), contents::changed));
        remotes = new GitRemotes(repository.git());
        access = new Access(shared.clock, Path.of(System.getProperty("user.home", "/")), System.getenv());
        RemoteExchange exchange = new RemoteExchange(repository, annex, remotes, access);
        worker = new FolderWorker(
                repository,
                tree,
                annex,
                contents,
                exchange,
                new MassDeletion(repository.git(), shared.clock, shared.device),
                new OneAlert(shared.records.of(stored), "annex-forgetting"),
                shared.clock);
        files = Threads.pool(stored.name() + "-files", 1);
        pushes = Threads.unbounded(stored.name() + "-push");
        answers = Threads.pool(stored.name() + "-answer", 2);
        contentWorkers = Threads.unbounded(stored.name() + "-content");
        remoteWorkers = Threads.unbounded(stored.name() + "-remote");
        Courtesy courtesy = new Courtesy(shared.clock);
        progress = new Progress(shared.clock);
        RemoteContents copies = new RemoteContents(contents.store());
        holders = new Holders(repository.uuid(), contents, shared.links, key -> copies.holders(remotes.synced(), key));
        PushRunner runner = new PushRunner(repository, shared.links, shared.clock, shared.timers, courtesy, shared.records.of(stored));
        remoteWork = new RemoteWork(
                worker, remotes, exchange, copies, new RemoteSending(contents, copies, progress), progress);
        Signatures signatures = new Signatures(
                repository.git().getDirectory().toPath().resolve("annex/tandem-signatures"),
                shared.timers,
                contentWorkers);
        FolderEffects.World world = new FolderEffects.World(
                repository.uuid(),
                worker,
                contents,
                remoteWork,
                new ContentFetcher(new ContentFetcher.World(
                        repository,
                        contents,
                        holders,
                        signatures,
                        shared.links,
                        progress,
                        shared.clock,
                        shared.timers)),
                new ContentServer(contents, signatures, this::look, courtesy, progress, shared.clock, shared.timers),
                this::getEnded,
                runner,
                shared.links,
                shared.records.of(stored),
                new FolderEffects.Workers(files, pushes, contentWorkers, remoteWorkers, answers),
                shared.timers,
                this::syncEnded);
        FolderCore core = new FolderCore(shared.device, repository.uuid(), stored.paused(), Tuning.DEFAULT);
        decider = Threads.pool(stored.name() + "-dispatch", 1);
        dispatcher = new Dispatcher(core, shared.clock, decider);
        effects = new FolderEffects(world, dispatcher::post);
        watch = Watch.start(
                repository.path(),
                Watch.Settle.DEFAULT,
                new Watching(),
                shared.timers,
                Threads.named(stored.name() + "-watch"));
        unwanted = new Unwanted(
                new Unwanted.World(
                        repository.uuid(),
                        contents,
                        holders,
                        this::snapshot,
                        this::emptyFiles,
                        this::post,
                        shared.records.of(stored),
                        shared.clock,
                        contentWorkers),
                shared.timers);
    }

    /** Opens a folder whose repository stands: watches, recovers, then starts to decide. */
    static OpenFolder open(StoredFolder stored, FolderRepository repository, Iterable<StoredPeer> peers, Shared shared)
            throws IOException {
        AssistantLock lock = AssistantLock.take(repository.git())
                .orElseThrow(() -> new IOException("git-annex's own assistant is at work in " + stored.path()
                        + ", and both would commit the same changes: run `git annex assistant --stop` there first"));
        OpenFolder folder;
        try {
            folder = new OpenFolder(stored, repository, lock, shared);
            folder.worker.recover();
        } catch (IOException | RuntimeException failed) {
            lock.close();
            throw failed;
        }
        Tips tips = folder.worker.tips();
        for (StoredPeer peer : peers) {
            folder.post(new Event.PeerAdded(
                    new Client(peer.device(), peer.uuid()),
                    shared.records.deviceName(peer.device()),
                    shared.records.deviceJid(peer.device()),
                    peer.head().orElse(null),
                    peer.lastSync().orElse(null),
                    shared.records.owed(stored, peer.uuid())));
        }
        folder.post(new Event.Started(tips));
        folder.dispatcher.start(folder.effects);
        return folder;
    }

    StoredFolder stored() {
        return stored;
    }

    UUID uuid() {
        return repository.uuid();
    }

    String branch() {
        return repository.branch();
    }

    FolderSnapshot snapshot() {
        return dispatcher.snapshot();
    }

    void post(Event event) {
        dispatcher.post(event);
    }

    /** A peer says what it holds; the answer comes from the core. */
    CompletableFuture<PushWire.Answer> told(Client from, Announcement theirs) {
        return effects.told(from, theirs);
    }

    /** A peer asks for a push; the answer comes from the core. */
    CompletableFuture<PushWire.Answer> asked(Client from) {
        return effects.asked(from);
    }

    /** A peer wants to push. */
    void offered(Client from, LinkStream stream) {
        effects.offered(from, stream);
    }

    /** A peer wants to fetch contents. */
    void contentAsked(Client from, LinkStream stream) {
        effects.contentAsked(from, stream);
    }

    FolderContents contents() {
        return contents;
    }

    /** Large files wait, both ways, and why; or they go on. */
    void holdContents(Optional<String> why) {
        contents.hold(why.isPresent());
        post(new Event.ContentsHeld(why.orElse(null)));
    }

    /** The contents that are on their way, either way. */
    List<Status.Transfer> transfers() {
        return progress.now();
    }

    /** Looks for contents now; ends when all is here that can be had. */
    CompletableFuture<Void> get() {
        long token = syncTokens.incrementAndGet();
        CompletableFuture<Void> end = new CompletableFuture<>();
        gets.put(token, end);
        post(new Event.GetRequested(token));
        return end;
    }

    private void getEnded(long token) {
        CompletableFuture<Void> waiting = gets.remove(token);
        if (waiting != null) {
            waiting.complete(null);
        }
    }

    /** Whether our copy of a content may go: asks those that can be reached. */
    DropCheck.Answer judgeDrop(Key key, List<String> paths) throws IOException {
        return holders.judge(key, paths, snapshot().peers());
    }

    /** Puts pointers into the place of contents that are about to go, in turn with all other work on the files. */
    void emptyFiles(List<String> paths) throws IOException {
        inTurn(() -> worker.empty(paths));
    }

    /** Changes files by a commit, in turn with all other work on them; why that cannot be done now, if it cannot. */
    Optional<String> rewrite(Set<String> paths, Proposal.Maker maker) throws IOException {
        try {
            return inTurn(() -> worker.rewrite(paths, maker));
        } finally {
            post(new Event.GitMoved());
        }
    }

    /** Whose commits the user's wishes are, as of now. */
    PersonIdent signature() {
        String device = shared.device;
        return new PersonIdent(device, "tandem@" + device, shared.clock.instant(), ZoneId.systemDefault());
    }

    private <T> T inTurn(Callable<T> work) throws IOException {
        try {
            return files.submit(work).get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException cause ? cause : new IOException(failed.getCause());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the daemon is stopping");
        }
    }

    /** A peer asks whether a content is here. */
    CompletableFuture<Holders.Here> asked(Holders.Question question) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return holders.answer(question);
                    } catch (IOException unreadable) {
                        throw new CompletionException(unreadable);
                    }
                },
                answers);
    }

    /** A peer got something else from here than a content should be: its own copy may be damaged. */
    CompletableFuture<Holders.Here> doubted(Holders.Question question) {
        Optional<Key> key = Key.parse(question.key());
        if (key.isPresent()) {
            contentWorkers.execute(() -> look(key.get()));
        }
        return CompletableFuture.completedFuture(new Holders.Here(true, null));
    }

    private void look(Key key) {
        try {
            Optional<String> line = contents.repair().doubted(key);
            if (line.isPresent()) {
                shared.records.of(stored).raise("damaged " + key, "warning", line.get());
                post(new Event.GitMoved());
                var unused = get();
            }
        } catch (IOException unreadable) {
            LOG.warn("cannot check {}", key, unreadable);
        }
    }

    /** Reads all contents; a line for each that is not right. */
    List<String> checkContents(boolean repair) throws IOException {
        List<String> lines = contents.repair().check(repair);
        if (repair && !lines.isEmpty()) {
            post(new Event.GitMoved());
            var unused = get();
        }
        return lines;
    }

    Repository git() {
        return repository.git();
    }

    /** The git remotes; after a change of them call {@link #remotesChanged}. */
    GitRemotes remotes() {
        return remotes;
    }

    /** Looked at here and now: a sync that is asked for next is to wait for a remote that was just added. */
    void remotesChanged() {
        remoteWork.look().ifPresent(this::post);
        post(new Event.GitMoved());
    }

    Optional<ObjectId> head() throws IOException {
        return repository.head();
    }

    /** Gives our own repository the name that {@code git annex info} shows, unless it has one. */
    void describe(String description) throws IOException {
        if (!annex.descriptions().containsKey(repository.uuid())) {
            annex.describe(repository.uuid(), description);
        }
    }

    /** Says what is large and that large files are not locked, where nobody has: for a folder that Tandem made. */
    void settleLargeFiles() throws IOException {
        new LargeFiles(repository.git(), annex).recordRule();
    }

    /** A repository is now known: recorded in {@code uuid.log}, and told to the core. */
    void addPeer(StoredPeer peer, String name, String jid) throws IOException {
        annex.describe(peer.uuid(), name);
        post(new Event.PeerAdded(new Client(peer.device(), peer.uuid()), name, jid, null, null, Set.of()));
        post(new Event.GitMoved());
    }

    /** Starts a manual sync. */
    Sync sync() {
        long token = syncTokens.incrementAndGet();
        CompletableFuture<Effect.SyncEnded> end = new CompletableFuture<>();
        syncs.put(token, end);
        post(new Event.SyncRequested(token));
        return new Sync(token, end);
    }

    /** A manual sync under way; {@link #abandon} ends it with whatever has been reached. */
    record Sync(long token, CompletableFuture<Effect.SyncEnded> end) {}

    void abandon(Sync sync) {
        post(new Event.SyncTimedOut(sync.token));
    }

    private void syncEnded(Effect.SyncEnded end) {
        CompletableFuture<Effect.SyncEnded> waiting = syncs.remove(end.token());
        if (waiting != null) {
            waiting.complete(end);
        }
    }

    /** Stops watching and deciding; lets the job under way end, for a few seconds at most. */
    void close() throws InterruptedException, IOException {
        unwanted.close();
        watch.close();
        dispatcher.stop();
        decider.shutdown();
        decider.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        files.shutdown();
        pushes.shutdownNow();
        contentWorkers.shutdownNow();
        remoteWorkers.shutdownNow();
        access.close();
        answers.shutdown();
        if (!files.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
            files.shutdownNow();
        }
        assistantLock.close();
        repository.close();
    }

    /** Turns what the watch tells into events. */
    private final class Watching implements WatchListener {
        @Override
        public void settled(Set<String> paths) {
            post(new Event.Settled(paths));
        }

        @Override
        public void rescan(String why) {
            post(new Event.RescanNeeded(why));
        }

        @Override
        public void gitMoved() {
            post(new Event.GitMoved());
        }

        @Override
        public void failed(IOException cause) {
            shared.records
                    .of(stored)
                    .raise(
                            "watch",
                            "error",
                            "Changes in " + stored.path() + " are not noticed at once any more ("
                                    + Diagnosis.brief(cause) + "): it is scanned every minute instead.");
        }

        @Override
        public void recovered() {
            shared.records.of(stored).clear("watch");
        }
    }
}
