package dev.tandem.assistant.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The git remotes of one folder: when to fetch from which, when to push, what to say of it.
 *
 * <p>A round with a remote is: fetch, merge what came through the folder's own queue, push unless it holds the same,
 * send contents that it wants. Rules, named as in the tests:
 *
 * <ol>
 *   <li>REMOTE-1: one round with a remote at a time, each with what was the newest when it began.
 *   <li>REMOTE-2: a round begins when our tips move, when a user asks, at the start, and from time to time.
 *   <li>REMOTE-3: a push that others overtook is done again after a fetch and a merge, {@value #PUSHES_MAX} times; then
 *       what we have is left under our own name.
 *   <li>REMOTE-4: a remote that is away is no alert: said once in the journal, and once when it is back.
 *   <li>REMOTE-5: one that is away is looked for after 2, 4 … 256 s, a path every few seconds; asking tries at once.
 *   <li>REMOTE-6: a manual sync waits for every remote's round that began after it, and not for those that fail.
 *   <li>REMOTE-7: nothing begins while the folder is paused.
 * </ol>
 */
final class Remotes {
    static final int PUSHES_MAX = 5;

    /** Looking at the refs of a repository on a disk costs a few system calls. */
    static final Duration LOOK_AT_PATH = Duration.ofSeconds(5);

    /** A fetch from a server costs it a process. */
    static final Duration ASK_SERVER = Duration.ofMinutes(5);

    /** Between two rounds with a server, however often files are saved. */
    static final Duration PAUSE = Duration.ofSeconds(2);

    /** Between two looks through all contents, unless somebody waits. */
    static final Duration SEND_PAUSE = Duration.ofSeconds(10);

    private final FolderState folder;
    private final WorkQueue queue;
    private final Map<String, Remote> remotes = new LinkedHashMap<>();
    private Tips seenTips = Tips.NONE;
    private boolean awaited;
    private long timers;

    Remotes(FolderState folder, WorkQueue queue) {
        this.folder = folder;
        this.queue = queue;
    }

    /** What the configuration has now. */
    void seen(List<RemoteAddress> addresses) {
        Map<String, RemoteAddress> now = new LinkedHashMap<>();
        addresses.forEach(address -> now.put(address.name(), address));
        for (Remote remote : List.copyOf(remotes.values())) {
            if (!remote.address.equals(now.get(remote.name()))) {
                clearAlert(remote);
                remotes.remove(remote.name());
            }
        }
        now.values().forEach(address -> remotes.computeIfAbsent(address.name(), name -> new Remote(address)));
    }

    /** Starts whatever may start; {@code someoneWaits} for a manual sync. */
    void startNext(boolean someoneWaits) {
        awaited = someoneWaits;
        boolean moved = !folder.tips.equals(seenTips);
        seenTips = folder.tips;
        for (Remote remote : remotes.values()) {
            remote.due |= moved && !folder.tips.equals(remote.held);
            remote.due |= awaited && remote.phase == Remote.Phase.RESTING && owesContents(remote);
            if (folder.started && !folder.paused && remote.phase == Remote.Phase.RESTING) {
                startRound(remote);
            }
        }
    }

    private void startRound(Remote remote) {
        boolean waits = folder.now.isBefore(remote.wake);
        if (remote.asked || (remote.due && !waits)) {
            remote.due = false;
            remote.asked = false;
            remote.overtaken = 0;
            remote.phase = Remote.Phase.FETCHING;
            folder.add(new Effect.FetchRemote(remote.name()));
        } else if (remote.due) {
            ring(remote, remote.wake);
        }
    }

    void fetched(String name, RemoteReport report, boolean news, Tips held, @Nullable UUID annex) {
        Remote remote = in(name, Remote.Phase.FETCHING);
        if (remote == null) {
            return;
        }
        if (report.kind() != RemoteReport.Kind.DONE) {
            failed(remote, report);
            return;
        }
        remote.held = held;
        remote.annex = annex;
        if (news) {
            remote.phase = Remote.Phase.MERGING;
            queue.toMerge(folder.self);
        } else {
            push(remote);
        }
    }

    /** The names of the remotes of which something was merged with what these clients had. */
    List<String> namesOf(Set<UUID> clients) {
        return remotes.values().stream()
                .filter(remote -> isMerged(remote, clients))
                .map(Remote::name)
                .toList();
    }

    /** What was queued of these clients is merged, and our tips are known. */
    void merged(Set<UUID> clients) {
        remotes.values().stream()
                .filter(remote -> isMerged(remote, clients))
                .toList()
                .forEach(this::push);
    }

    /** What came after a merge had begun is queued again. */
    private boolean isMerged(Remote remote, Set<UUID> clients) {
        return remote.phase == Remote.Phase.MERGING && clients.contains(folder.self) && !queue.isToMerge(folder.self);
    }

    private void push(Remote remote) {
        if (remote.held.equals(folder.tips)) {
            send(remote);
            return;
        }
        remote.phase = Remote.Phase.PUSHING;
        folder.add(new Effect.PushRemote(remote.name(), remote.overtaken >= PUSHES_MAX));
    }

    void pushed(String name, RemoteReport report, boolean news, Tips held) {
        Remote remote = in(name, Remote.Phase.PUSHING);
        if (remote == null) {
            return;
        }
        switch (report.kind()) {
            case DONE -> {
                remote.held = held;
                remote.due &= !held.equals(folder.tips);
                remote.due |= news; // what we pushed has grown by what they had: it becomes ours with the next round
                send(remote);
            }
            case OVERTAKEN -> {
                remote.overtaken++;
                remote.phase = Remote.Phase.FETCHING;
                folder.add(new Effect.FetchRemote(remote.name()));
            }
            case AWAY, REFUSED -> failed(remote, report);
        }
    }

    private void send(Remote remote) {
        boolean patient = folder.now.isBefore(remote.sendAgain) && !awaited;
        if (remote.annex == null || patient || folder.tips.equals(remote.sent)) {
            rest(remote);
        } else {
            remote.phase = Remote.Phase.SENDING;
            folder.add(new Effect.SendToRemote(remote.name(), remote.annex, folder.tips));
        }
    }

    void contentsSent(String name, RemoteReport report, Tips at) {
        Remote remote = in(name, Remote.Phase.SENDING);
        if (remote == null) {
            return;
        }
        remote.sendAgain = folder.now.plus(SEND_PAUSE);
        if (report.kind() == RemoteReport.Kind.DONE) {
            remote.sent = at;
            rest(remote);
        } else {
            failed(remote, report);
        }
    }

    private void rest(Remote remote) {
        remote.phase = Remote.Phase.RESTING;
        remote.failures = 0;
        if (remote.state == Remote.State.FAILING) {
            folder.note("remote-back", "remote", remote.name());
        }
        clearAlert(remote);
        remote.state = Remote.State.OK;
        remote.error = null;
        remote.wake = remote.address.local() ? folder.now : folder.now.plus(PAUSE);
        ring(remote, folder.now.plus(remote.address.local() ? LOOK_AT_PATH : ASK_SERVER));
    }

    private void failed(Remote remote, RemoteReport report) {
        remote.phase = Remote.Phase.RESTING;
        remote.due = true;
        boolean refused = report.kind() == RemoteReport.Kind.REFUSED;
        if (remote.state != Remote.State.FAILING || refused != remote.refused) {
            folder.note(refused ? "remote-failing" : "remote-away", "remote", remote.name(), "reason", report.line());
        }
        clearAlert(remote);
        if (refused) {
            folder.add(new Effect.Raise(
                    alert(remote),
                    "warning",
                    "The git remote " + remote.name() + " is not synced (" + report.line()
                            + "): nothing is lost, and it is tried again; correct it, or `tandem remote remove`."));
        }
        remote.refused = refused;
        remote.state = Remote.State.FAILING;
        remote.error = report.line();
        Duration wait = remote.address.local() && !refused ? LOOK_AT_PATH : BackOff.after(remote.failures++);
        remote.wake = folder.now.plus(wait);
        ring(remote, remote.wake);
    }

    private void clearAlert(Remote remote) {
        if (remote.refused) {
            remote.refused = false;
            folder.add(new Effect.Clear(alert(remote)));
        }
    }

    private static String alert(Remote remote) {
        return "remote " + remote.name();
    }

    /** Makes sure that a timer rings at that time or before. */
    private void ring(Remote remote, Instant at) {
        if (remote.timer == null || at.isBefore(remote.timer)) {
            remote.timer = at;
            remote.timerNumber = ++timers;
            folder.later(Duration.between(folder.now, at), new Event.RemoteDue(remote.name(), timers));
        }
    }

    /** By its number, not by the time: that may have been set back. */
    void due(String name, long timer) {
        Remote remote = remotes.get(name);
        if (remote != null && remote.timerNumber == timer) {
            remote.timer = null;
            remote.due = true;
        }
    }

    /** A user wants all of them to be synced now. */
    void syncRequested() {
        remotes.values().forEach(remote -> remote.asked = true);
    }

    /** The remotes for which a manual sync still has to wait, each with the sentence why. */
    Map<String, String> unsettled() {
        Map<String, String> names = new LinkedHashMap<>();
        for (Remote remote : remotes.values()) {
            boolean failing = remote.state == Remote.State.FAILING && remote.phase == Remote.Phase.RESTING;
            boolean done = remote.phase == Remote.Phase.RESTING && (failing || isUpToDate(remote));
            if (remote.asked || !done) {
                names.put(remote.name(), why(remote));
            }
        }
        return names;
    }

    private boolean isUpToDate(Remote remote) {
        return remote.state == Remote.State.OK && remote.held.equals(folder.tips) && !owesContents(remote);
    }

    private boolean owesContents(Remote remote) {
        return remote.state == Remote.State.OK && remote.annex != null && !remote.sent.equals(folder.tips);
    }

    private static String why(Remote remote) {
        return switch (remote.phase) {
            case RESTING -> "waiting its turn";
            case FETCHING -> "being fetched from";
            case MERGING -> "what it had is being merged";
            case PUSHING -> "being pushed to";
            case SENDING -> "contents are being sent to it";
        };
    }

    /** The names of those that cannot be reached now. */
    List<String> away() {
        return remotes.values().stream()
                .filter(remote -> remote.state == Remote.State.FAILING)
                .map(Remote::name)
                .toList();
    }

    /** Those that contents can be fetched from now. */
    Collection<Client> sources() {
        return remotes.values().stream()
                .filter(remote -> remote.state == Remote.State.OK)
                .flatMap(remote -> Optional.ofNullable(remote.annex).stream())
                .map(Remote::client)
                .toList();
    }

    /** The name of the remote that a source is; empty if it is a device. */
    Optional<String> nameOf(Client source) {
        return remotes.values().stream()
                .filter(remote ->
                        remote.annex != null && Remote.client(remote.annex).equals(source))
                .map(Remote::name)
                .findFirst();
    }

    List<FolderSnapshot.RemoteSnapshot> snapshot() {
        return remotes.values().stream()
                .map(remote -> new FolderSnapshot.RemoteSnapshot(
                        remote.name(),
                        remote.address.url(),
                        remote.state.name().toLowerCase(Locale.ROOT),
                        remote.error))
                .toList();
    }

    private @Nullable Remote in(String name, Remote.Phase phase) {
        Remote remote = remotes.get(name);
        return remote != null && remote.phase == phase ? remote : null; // it may have been removed and added anew
    }
}
