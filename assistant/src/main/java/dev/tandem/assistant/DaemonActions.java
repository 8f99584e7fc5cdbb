package dev.tandem.assistant;

import static java.util.stream.Collectors.joining;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.api.Checkup;
import dev.tandem.assistant.api.HistoryViews;
import dev.tandem.assistant.api.Status;
import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.commands.CommandRow;
import dev.tandem.assistant.core.Effect;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.FolderSnapshot;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredFolder;
import dev.tandem.xmpp.link.Links;
import dev.tandem.xmpp.link.PeerInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a user can ask of this daemon, put into the words of its parts. Any thread. */
final class DaemonActions implements Actions {
    /** How long a folder that was just added may take for its first commit before `add` stops waiting. */
    private static final Duration FIRST_COMMIT = Duration.ofMinutes(10);

    /** After a sync has timed out: how long its own account of who is missing may take. */
    private static final Duration LAST_WORD = Duration.ofSeconds(2);

    /** Who the daemon is, for the status. */
    record Identity(long pid, String version, Instant startedAt, String device) {}

    private final Identity identity;
    private final Store store;
    private final Accounts accounts;
    private final Folders folders;
    private final PairingDesk desk;
    private final ContentActions contents;
    private final RemoteActions remotes;
    private final HistoryActions history;
    private final PeerActions peers;
    private final SurveyActions survey;
    private final Records records;
    private final Links links;
    private final Doctor doctor;
    private final CommandRunner commands;
    private final Runnable stop;
    private final @Nullable String correlation;

    DaemonActions(
            Identity identity,
            Store store,
            Accounts accounts,
            Folders folders,
            PairingDesk desk,
            PeerActions peers,
            SurveyActions survey,
            Records records,
            Links links,
            Doctor doctor,
            CommandRunner commands,
            Runnable stop) {
        this(
                identity,
                store,
                accounts,
                folders,
                desk,
                peers,
                survey,
                new ContentActions(folders, commands),
                records,
                links,
                doctor,
                commands,
                stop,
                null);
    }

    private DaemonActions(
            Identity identity,
            Store store,
            Accounts accounts,
            Folders folders,
            PairingDesk desk,
            PeerActions peers,
            SurveyActions survey,
            ContentActions contents,
            Records records,
            Links links,
            Doctor doctor,
            CommandRunner commands,
            Runnable stop,
            @Nullable String correlation) {
        this.identity = identity;
        this.store = store;
        this.accounts = accounts;
        this.folders = folders;
        remotes = new RemoteActions(folders, commands);
        history = new HistoryActions(folders, commands);
        this.peers = peers;
        this.survey = survey;
        this.contents = contents;
        this.commands = commands;
        this.correlation = correlation;
        this.desk = desk;
        this.records = records;
        this.links = links;
        this.doctor = doctor;
        this.stop = stop;
    }

    @Override
    public Actions under(String request) {
        return new DaemonActions(
                identity, store, accounts, folders, desk, peers, survey, contents, records, links, doctor, commands,
                stop, request);
    }

    /** Under which name what is asked now is kept. */
    private String correlation() {
        return correlation == null ? UUID.randomUUID().toString() : correlation;
    }

    @Override
    public Status status() {
        List<Status.Folder> all = folders.all().stream()
                .map(this::status)
                .sorted(Comparator.comparing(Status.Folder::name))
                .toList();
        return new Status(
                new Status.Daemon(identity.pid, identity.version, identity.startedAt, identity.device, peers.ownName()),
                accounts.list(),
                all,
                StatusAlerts.of(records.alerts(), folders.all()));
    }

    private Status.Folder status(OpenFolder folder) {
        FolderSnapshot now = folder.snapshot();
        return new Status.Folder(
                folder.stored().name(),
                folder.stored().path().toString(),
                folder.uuid().toString(),
                folder.branch(),
                now.tips().head(),
                now.state(),
                now.reason(),
                now.pendingChanges(),
                now.missingContent(),
                now.peers().stream().map(this::status).toList(),
                RemoteActions.status(now),
                folder.transfers());
    }

    private Status.Peer status(FolderSnapshot.PeerSnapshot peer) {
        return new Status.Peer(
                peer.client().device().hex(),
                peer.name(),
                peer.jid(),
                peer.client().uuid().toString(),
                peer.online() ? "online" : "offline",
                links.peer(peer.client().device()).map(PeerInfo::carrierKind).orElse(null),
                peer.head(),
                peer.desynced(),
                peer.lastSync(),
                peer.reason());
    }

    @Override
    public Checkup examine(Optional<String> name, boolean repair) throws ActionFailed {
        Collection<OpenFolder> examined = chosen(name);
        Checkup checkup = doctor.examine();
        List<Checkup.Finding> findings = new ArrayList<>(checkup.findings());
        for (OpenFolder folder : examined) {
            findings.addAll(contents(folder, repair));
        }
        return new Checkup(findings, checkup.servers(), checkup.peers());
    }

    private static List<Checkup.Finding> contents(OpenFolder folder, boolean repair) throws ActionFailed {
        String about = "folder " + folder.stored().name();
        try {
            List<String> lines = folder.checkContents(repair);
            if (lines.isEmpty()) {
                return List.of(Checkup.Finding.ok(about, "the content of its large files is whole"));
            }
            return lines.stream()
                    .map(line -> repair
                            ? Checkup.Finding.warning(about, line, null)
                            : Checkup.Finding.error(about, line, null))
                    .toList();
        } catch (IOException failure) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED,
                    Diagnosis.of(folder.stored().path(), failure).line());
        }
    }

    @Override
    public void addAccount(NewAccount account) throws ActionFailed {
        accounts.add(account);
    }

    @Override
    public void registerAccount(NewAccount account) throws ActionFailed {
        accounts.register(account);
    }

    @Override
    public void removeAccount(String jid) throws ActionFailed {
        accounts.remove(jid);
    }

    @Override
    public Status.Folder addFolder(Path directory, Optional<String> name) throws ActionFailed {
        Path path = directory.toAbsolutePath().normalize();
        String asked = commands.submit(
                correlation(), null, "add " + path, new Command.Add(path.toString(), name.orElse(null), null));
        AddSteps.Added added = Answers.await(
                commands.result(asked),
                AddSteps.Added.class,
                FIRST_COMMIT,
                path + " is not in sync yet; it goes on in the background; see `tandem status`");
        return status(folders.of(added.uuid())
                .orElseThrow(() -> new ActionFailed(
                        ActionFailed.Kind.FAILED, path + " was added, but is not open now; see `tandem status`")));
    }

    @Override
    public void removeFolder(String name) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        try {
            folders.remove(folder);
            commands.folderRemoved(folder.uuid());
            records.note(
                    name,
                    "folder-removed",
                    Map.of("path", folder.stored().path().toString()));
        } catch (IOException failure) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED,
                    Diagnosis.of(folder.stored().path(), failure).line());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new ActionFailed(ActionFailed.Kind.FAILED, "the daemon is stopping; " + name + " may still be there");
        }
    }

    @Override
    public Offer offer(String folder) throws ActionFailed {
        return desk.offer(correlation(), folder);
    }

    @Override
    public Paired awaitPaired(Offer offer, Duration timeout) throws ActionFailed {
        return desk.awaitPaired(offer, timeout);
    }

    @Override
    public Paired join(String jid, String code, Optional<Path> directory) throws ActionFailed {
        return desk.join(correlation(), jid, code, directory);
    }

    @Override
    public List<Synced> sync(Optional<String> name, Duration timeout) throws ActionFailed {
        Map<OpenFolder, OpenFolder.Sync> syncs = new LinkedHashMap<>();
        for (OpenFolder folder : chosen(name)) {
            syncs.put(folder, folder.sync());
        }
        List<Synced> results = new ArrayList<>();
        long begin = System.nanoTime();
        for (Map.Entry<OpenFolder, OpenFolder.Sync> sync : syncs.entrySet()) {
            Duration spent = Duration.ofNanos(System.nanoTime() - begin);
            results.add(result(sync.getKey(), finish(sync.getKey(), sync.getValue(), timeout.minus(spent))));
        }
        return results;
    }

    /** Waits for a sync; one that does not end in time is told to say how far it got. */
    private static Effect.SyncEnded finish(OpenFolder folder, OpenFolder.Sync sync, Duration timeout)
            throws ActionFailed {
        try {
            return sync.end().get(Math.max(0, timeout.toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            folder.abandon(sync);
            throw timedOut(folder, sync);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED, "the daemon is stopping; the sync goes on when it is back");
        } catch (ExecutionException bug) {
            throw new IllegalStateException(bug);
        }
    }

    private static ActionFailed timedOut(OpenFolder folder, OpenFolder.Sync sync) {
        String why = "";
        try {
            Effect.SyncEnded end = sync.end().get(LAST_WORD.toMillis(), TimeUnit.MILLISECONDS);
            if (end.obstacle() != null) {
                why = ": " + end.obstacle();
            } else if (!end.missing().isEmpty()) {
                why = ": no answer yet from "
                        + end.missing().entrySet().stream()
                                .map(peer -> peer.getKey() + " (" + peer.getValue() + ")")
                                .collect(joining(", "));
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException silent) {
            why = ": the folder itself is busy";
        }
        return new ActionFailed(
                ActionFailed.Kind.TIMED_OUT,
                folder.stored().name() + " is not in sync yet" + why
                        + "; nothing is lost and it goes on in the background; see `tandem status`");
    }

    private static Synced result(OpenFolder folder, Effect.SyncEnded end) throws ActionFailed {
        if (end.obstacle() != null) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED,
                    folder.stored().name() + " was not synced: " + end.obstacle() + "; see `tandem status`");
        }
        return new Synced(
                folder.stored().name(), end.head(), end.confirmed().size(), end.unreachable(), end.outOfReach());
    }

    @Override
    public List<Content> get(List<Path> paths, Duration timeout) throws ActionFailed {
        return contents.get(correlation(), paths, timeout);
    }

    @Override
    public List<Content> drop(List<Path> paths, boolean force) throws ActionFailed {
        return contents.drop(correlation(), paths, force);
    }

    @Override
    public List<Whereis> whereis(List<Path> paths) throws ActionFailed {
        return contents.whereis(paths);
    }

    @Override
    public void addRemote(String folder, String name, String url) throws ActionFailed {
        remotes.add(correlation(), folder, name, url);
    }

    @Override
    public void removeRemote(String folder, String name) throws ActionFailed {
        remotes.remove(correlation(), folder, name);
    }

    @Override
    public List<Status.Remote> remotes(String folder) throws ActionFailed {
        return remotes.list(folder);
    }

    @Override
    public List<Version> history(Path file) throws ActionFailed {
        return history.history(file);
    }

    @Override
    public Restored restore(Path file, String at, Optional<Path> to) throws ActionFailed {
        return history.restore(correlation(), file, at, to);
    }

    @Override
    public HistoryViews views() {
        return new HistoryLook(folders, records);
    }

    @Override
    public List<Device> peers() {
        return peers.list();
    }

    @Override
    public Device forget(String device) throws ActionFailed {
        return peers.forget(correlation(), device);
    }

    @Override
    public void rename(String device, String name) throws ActionFailed {
        peers.rename(device, name);
    }

    @Override
    public void statusOfAll(String client, Consumer<DeviceStatus> each) throws ActionFailed {
        survey.status(client, each);
    }

    @Override
    public void logOfAll(String client, Instant since, Consumer<DeviceEntry> each) throws ActionFailed {
        survey.log(client, since, each);
    }

    @Override
    public void decideDeletion(String name, boolean meant) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        if (folder.snapshot().held() == null) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED, "no deletion is held in " + name + "; nothing was changed");
        }
        folder.post(new Event.DeletionDecided(meant));
    }

    @Override
    public List<Wish> queue() {
        return commands.unfinished().stream().map(this::wish).toList();
    }

    private Wish wish(CommandRow row) {
        String uuid = row.folder();
        String folder = uuid == null
                ? null
                : folders.of(uuid).map(open -> open.stored().name()).orElse(uuid);
        String state = row.state().name().toLowerCase(Locale.ROOT);
        return new Wish(row.id(), row.kind(), folder, state, row.step(), row.attempts(), row.next(), row.error());
    }

    @Override
    public void retry(long id) throws ActionFailed {
        known(id, commands.retry(id), "waits for its next attempt");
    }

    @Override
    public void cancel(long id) throws ActionFailed {
        known(id, commands.cancel(id), "is not finished");
    }

    private static void known(long id, boolean found, String what) throws ActionFailed {
        if (!found) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED,
                    "nothing called " + id + " " + what + "; nothing was changed; see `tandem queue`");
        }
    }

    @Override
    public void pause(Optional<String> name) throws ActionFailed {
        setPaused(name, true);
    }

    @Override
    public void resume(Optional<String> name) throws ActionFailed {
        setPaused(name, false);
    }

    private void setPaused(Optional<String> name, boolean paused) throws ActionFailed {
        for (OpenFolder folder : chosen(name)) {
            StoredFolder stored = folder.stored();
            store.folders().store(new StoredFolder(stored.name(), stored.path(), stored.uuid(), paused));
            folder.post(new Event.PauseSet(paused));
        }
    }

    private Collection<OpenFolder> chosen(Optional<String> name) throws ActionFailed {
        return name.isPresent() ? List.of(folders.named(name.get())) : folders.all();
    }

    @Override
    public void stop() {
        stop.run();
    }
}
