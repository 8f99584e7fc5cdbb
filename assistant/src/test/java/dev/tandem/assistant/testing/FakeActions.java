package dev.tandem.assistant.testing;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.api.Checkup;
import dev.tandem.assistant.api.HistoryViews;
import dev.tandem.assistant.api.Status;
import dev.tandem.assistant.store.Journal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A daemon that writes down what it is asked, answers alike each time, and fails on command. Any thread. */
public final class FakeActions implements Actions {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final String PHONE = "a".repeat(64);

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile @Nullable ActionFailed failure;
    private final AtomicInteger awaitsWithoutAnswer = new AtomicInteger();
    private volatile Runnable onStop = () -> {};
    private volatile Runnable onSync = () -> {};
    private volatile Supplier<Status> status = FakeActions::exampleStatus;

    /** What it was asked, a line each. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    /** From now on every action but {@link #status} fails like this. */
    public void failWith(ActionFailed.Kind kind, String line) {
        failure = new ActionFailed(kind, line);
    }

    /** The next waits for a pairing time out. */
    public void timeOutAwaits(int count) {
        awaitsWithoutAnswer.set(count);
    }

    /** Runs when it is asked to stop. */
    public void onStop(Runnable effect) {
        onStop = effect;
    }

    /** Runs before it answers that it is in sync. */
    public void onSync(Runnable effect) {
        onSync = effect;
    }

    /** Answers with this from now on. */
    public void status(Status next) {
        status = () -> next;
    }

    /** A daemon with one of everything. */
    public static Status exampleStatus() {
        Status.Peer phone = new Status.Peer(
                PHONE, "phone", "alice@example.org", "u-2", "online", "direct", "b".repeat(40), false, NOON, null);
        Status.Peer old = new Status.Peer(
                "c".repeat(64),
                "old\u001b[31m",
                "bob@example.org",
                "u-3",
                "offline",
                null,
                null,
                true,
                null,
                "offline, and never seen yet");
        Status.Folder notes = new Status.Folder(
                "notes",
                "/home/alice/notes",
                "u-1",
                "main",
                "b".repeat(40),
                "attention",
                "a rebase is under way: finish it, then Tandem goes on",
                2,
                1,
                List.of(phone, old),
                List.of(new Status.Remote("nas", "ssh://nas/notes", "failing", "no route")),
                List.of(new Status.Transfer("SHA256E-s100--x.mp4", "film.mp4", "phone", "get", 42, 100, 7)));
        return new Status(
                new Status.Daemon(4711, "0.1.0", NOON, "d".repeat(64), "laptop"),
                List.of(new Status.Account("alice@example.org", "online", null)),
                List.of(notes),
                List.of(new Status.Alert(1, "warning", "the clock is off", NOON, 3, null, false)));
    }

    private void note(String line) throws ActionFailed {
        asked.add(line);
        ActionFailed now = failure;
        if (now != null) {
            throw now;
        }
    }

    @Override
    public Actions under(String request) {
        requests.add(request);
        return this;
    }

    /** The names under which it was asked. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    @Override
    public Status status() {
        return status.get();
    }

    @Override
    public void addAccount(NewAccount account) throws ActionFailed {
        note("addAccount " + account.jid() + " " + account.password() + " " + account.server() + " "
                + account.trustedCertificate());
    }

    @Override
    public void registerAccount(NewAccount account) throws ActionFailed {
        note("registerAccount " + account.jid() + " " + account.password() + " " + account.server());
    }

    @Override
    public void removeAccount(String jid) throws ActionFailed {
        note("removeAccount " + jid);
    }

    @Override
    public Status.Folder addFolder(Path directory, Optional<String> name) throws ActionFailed {
        note("addFolder " + directory + " " + name);
        return status().folders().get(0);
    }

    @Override
    public void removeFolder(String name) throws ActionFailed {
        note("removeFolder " + name);
    }

    @Override
    public List<Content> get(List<Path> paths, Duration timeout) throws ActionFailed {
        note("get " + paths + " " + timeout);
        return List.of(
                new Content("notes", "film.mp4", true, null),
                new Content("notes", "far.mp4", false, "cannot be had now: last known on old"));
    }

    @Override
    public List<Content> drop(List<Path> paths, boolean force) throws ActionFailed {
        note("drop " + paths + " " + force);
        return List.of(new Content("notes", "film.mp4", true, null));
    }

    @Override
    public List<Whereis> whereis(List<Path> paths) throws ActionFailed {
        note("whereis " + paths);
        return List.of(new Whereis(
                "notes",
                "film.mp4",
                "SHA256E-s100--x.mp4",
                List.of(new Copy("u-1", "laptop", true), new Copy("u-2", "phone", false))));
    }

    @Override
    public Offer offer(String folder) throws ActionFailed {
        note("offer " + folder);
        return new Offer("alice@example.org", "river-lamp-seven", folder);
    }

    @Override
    public Paired awaitPaired(Offer offer, Duration timeout) throws ActionFailed {
        note("awaitPaired " + offer.code() + " " + timeout);
        if (awaitsWithoutAnswer.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new ActionFailed(ActionFailed.Kind.TIMED_OUT, "nobody has used the code yet");
        }
        return new Paired(offer.folder(), "/home/alice/notes", PHONE, "phone");
    }

    @Override
    public Paired join(String jid, String code, Optional<Path> directory) throws ActionFailed {
        note("join " + jid + " " + code + " " + directory);
        return new Paired("notes", "/home/alice/notes", PHONE, "phone");
    }

    @Override
    public List<Synced> sync(Optional<String> folder, Duration timeout) throws ActionFailed {
        onSync.run();
        note("sync " + folder + " " + timeout);
        return List.of(new Synced("notes", "b".repeat(40), 1, List.of("old"), 0));
    }

    @Override
    public void addRemote(String folder, String name, String url) throws ActionFailed {
        note("addRemote " + folder + " " + name + " " + url);
    }

    @Override
    public void removeRemote(String folder, String name) throws ActionFailed {
        note("removeRemote " + folder + " " + name);
    }

    @Override
    public List<Status.Remote> remotes(String folder) throws ActionFailed {
        note("remotes " + folder);
        return List.of(
                new Status.Remote("drive", "/mnt/drive/notes.git", "ok", null),
                new Status.Remote("nas", "ssh://nas/notes", "failing", "no route"));
    }

    @Override
    public List<Version> history(Path file) throws ActionFailed {
        note("history " + file);
        return List.of(
                new Version("b".repeat(40), NOON, "phone", "Changed film.mp4", true, -1, null, false, true),
                new Version(
                        "c".repeat(40),
                        NOON,
                        "laptop",
                        "Added film.mp4",
                        false,
                        100,
                        "SHA256E-s100--x.mp4",
                        false,
                        false));
    }

    @Override
    public Restored restore(Path file, String at, Optional<Path> to) throws ActionFailed {
        note("restore " + file + " " + at + " " + to);
        return new Restored("notes", "film.mp4", "c".repeat(40), NOON, at.startsWith("c"));
    }

    @Override
    public HistoryViews views() {
        return new FakeHistoryViews(this::note);
    }

    @Override
    public List<Device> peers() throws ActionFailed {
        note("peers");
        return List.of(
                new Device(PHONE, "phone", "alice@example.org", true, List.of("notes", "photos"), Map.of()),
                new Device("c".repeat(64), "old", "bob@example.org", false, List.of(), Map.of("notes", "phone")));
    }

    @Override
    public Device forget(String device) throws ActionFailed {
        note("forget " + device);
        return new Device(PHONE, "phone", "alice@example.org", true, List.of("notes"), Map.of());
    }

    @Override
    public void rename(String device, String name) throws ActionFailed {
        note("rename " + device + " " + name);
    }

    @Override
    public void statusOfAll(String client, Consumer<DeviceStatus> each) throws ActionFailed {
        note("statusOfAll " + client.replaceAll("[0-9]+", "N"));
        each.accept(new DeviceStatus(
                PHONE,
                "phone",
                new SharedFolders(
                        List.of(new SharedFolder("notes", "u-2", "main", "b".repeat(40), "syncing", "receives", 2, 1))),
                null));
        each.accept(new DeviceStatus("c".repeat(64), "old", null, "offline"));
    }

    @Override
    public void logOfAll(String client, Instant since, Consumer<DeviceEntry> each) throws ActionFailed {
        note("logOfAll " + client.replaceAll("[0-9]+", "N") + " " + since);
        each.accept(new DeviceEntry("c".repeat(64), "old", null, "offline"));
        Journal.Entry entry = new Journal.Entry(7, NOON, "merged", "notes", Map.of("from", "laptop", "on", "x"));
        each.accept(new DeviceEntry(PHONE, "phone", entry, null));
    }

    @Override
    public void decideDeletion(String folder, boolean meant) throws ActionFailed {
        note((meant ? "confirm " : "undo ") + folder);
    }

    @Override
    public List<Wish> queue() {
        return List.of(new Wish(7, "get", "notes", "queued", "wish", 3, Instant.EPOCH, "nobody has it"));
    }

    @Override
    public void retry(long id) throws ActionFailed {
        note("retry " + id);
    }

    @Override
    public void cancel(long id) throws ActionFailed {
        note("cancel " + id);
    }

    @Override
    public void pause(Optional<String> folder) throws ActionFailed {
        note("pause " + folder);
    }

    @Override
    public void resume(Optional<String> folder) throws ActionFailed {
        note("resume " + folder);
    }

    @Override
    public Checkup examine(Optional<String> folder, boolean repair) throws ActionFailed {
        note("examine " + folder + " " + repair);
        return new Checkup(
                List.of(
                        Checkup.Finding.ok("home", "/home/ada/.local is yours alone"),
                        Checkup.Finding.error("account ada@example.org", "not signed in", "tandem status says why")),
                List.of(new Checkup.Server("ada@example.org", false, null, false, null, null)),
                List.of(new Checkup.Peer(PHONE, "phone", List.of(new Checkup.Link("direct", 0.4, 1_000_000, 0)))));
    }

    @Override
    public void stop() {
        asked.add("stop");
        onStop.run();
    }
}
