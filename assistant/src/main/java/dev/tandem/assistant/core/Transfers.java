package dev.tandem.assistant.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The large files of one folder: looking for what is wanted, a window at a time, fetching it, and saying what cannot be
 * had. Which is next and from whom is {@link TransferScheduler}'s.
 */
final class Transfers {
    private static final String UNREACHABLE = "content-unreachable";
    private static final String DAMAGED = "content-damaged";
    private static final String NO_ROOM = "content-room";

    /** What is fetched and not in its place yet, because the user's git is at work: more would only pile up. */
    private static final int UNPLACED_MAX = 4 * TransferScheduler.WINDOW;

    /** Devices come one by one after a start, and are away for moments: what is out of reach for that is not said. */
    static final Duration OUT_OF_REACH = Duration.ofSeconds(10);

    /** How long contents that have come wait at most for others to be put into their files together. */
    private static final Duration PLACING = Duration.ofMillis(500);

    /** How often the location logs are looked through for what is missing, while they go on changing. */
    private static final Duration NEWS = Duration.ofSeconds(1);

    private final FolderState folder;
    private final Peers peers;
    private final Remotes remotes;
    private final Pushes pushes;
    private final WorkQueue queue;
    private final TransferScheduler scheduler;
    private final List<Long> gets = new ArrayList<>();
    private final Set<String> raised = new HashSet<>();
    private int missing;
    private int unreachable;
    private String unreachableExample = "";
    private @Nullable Instant unreachableSince;
    private boolean lookDue;
    private boolean looking;
    private boolean more;
    private int roomFailures;
    private @Nullable Instant held;
    private @Nullable Instant retryAt;
    private @Nullable Instant placedAt;
    private @Nullable Instant newsAt;
    private boolean newsDue;
    private @Nullable String holding;
    private boolean placingDue;
    private Set<Client> sourcesBefore = Set.of();

    /** A fetch broke off: what it has not brought waits again. */
    private boolean broken;

    Transfers(FolderState folder, Peers peers, Remotes remotes, Pushes pushes, WorkQueue queue) {
        this.folder = folder;
        this.peers = peers;
        this.remotes = remotes;
        this.pushes = pushes;
        this.queue = queue;
        scheduler = new TransferScheduler(folder.tuning.parallelFetches());
    }

    /** How many annexed files have no content here. */
    int missing() {
        return missing;
    }

    /** Of what is wanted, how much no device that can be reached has. */
    int unreachable() {
        return unreachable;
    }

    /** How many contents are still to come, as far as is known; 0 when all is here that is wanted and can be had. */
    int coming() {
        if (holding != null) {
            return queue.unplaced();
        }
        boolean unknown = lookDue || looking || more;
        return scheduler.size() + queue.unplaced() + (unknown ? 1 : 0);
    }

    // ---- looking

    void counted(ContentCount count) {
        missing = count.missing();
        if (count.more()) {
            look();
        } else if (missing == 0) {
            outOfReach(0, "");
        }
    }

    /** Everything was counted anew. */
    void scanned(int missingNow) {
        missing = missingNow;
        if (missing > 0 || unreachable > 0) {
            look();
        }
    }

    /** Somebody came, or said something of where contents are. */
    void perhapsMore() {
        if (missing > 0) {
            look();
        }
    }

    /** The location logs say something new: heeded at once, and then once in a while, because a look may be long. */
    void newLocations() {
        if (missing > 0 && !newsDue) {
            Duration left = newsAt == null ? Duration.ZERO : Duration.between(folder.now, newsAt.plus(NEWS));
            if (left.compareTo(Duration.ZERO) <= 0) {
                newsAt = folder.now;
                look();
            } else {
                newsDue = true;
                folder.later(left, new Event.FetchDue());
            }
        }
    }

    private void heedNews() {
        if (newsDue && newsAt != null && !folder.now.isBefore(newsAt.plus(NEWS))) {
            newsDue = false;
            newLocations();
        }
    }

    void look() {
        lookDue = true;
    }

    void found(List<Want> wants, boolean moreOfThem, int missingNow, int outOfReach, String example) {
        looking = false;
        more = moreOfThem;
        missing = missingNow;
        wants.forEach(scheduler::want);
        if (!more) {
            outOfReach(outOfReach, example);
        }
    }

    private void outOfReach(int count, String example) {
        unreachable = count;
        unreachableExample = example;
        if (count == 0) {
            unreachableSince = null;
            say(UNREACHABLE, "info", null);
        } else if (unreachableSince == null) {
            unreachableSince = folder.now;
            folder.later(OUT_OF_REACH, new Event.FetchDue());
        } else {
            sayUnreachable();
        }
    }

    private void sayUnreachable() {
        if (unreachableSince != null && !folder.now.isBefore(unreachableSince.plus(OUT_OF_REACH))) {
            say(
                    UNREACHABLE,
                    "info",
                    (unreachable == 1 ? "A large file is" : unreachable + " large files are")
                            + " wanted here and on no device that can be reached, for example " + unreachableExample
                            + ": they come when one of these devices is back.");
        }
    }

    // ---- fetching

    /** What somebody would have given who is gone now is looked for elsewhere, or said to be out of reach. */
    private void heedSources() {
        if (missing == 0 && scheduler.isIdle()) {
            return; // most folders, after every event
        }
        Set<Client> now = new HashSet<>(remotes.sources());
        peers.online().forEach(peer -> now.add(peer.client));
        boolean gone = !now.containsAll(sourcesBefore);
        boolean come = !sourcesBefore.containsAll(now);
        sourcesBefore = now;
        boolean wanted = gone && !scheduler.isIdle();
        if ((gone || broken) && (scheduler.forgetUnreachable(reachable()) || wanted)) {
            look();
        } else if (come) {
            perhapsMore();
        }
        broken = false;
    }

    /** Starts whatever may start. */
    void startNext() {
        heedSources();
        if (!folder.started || folder.paused || holding != null) {
            return;
        }
        if (!looking && (lookDue || (more && scheduler.room() >= TransferScheduler.WINDOW * 3 / 4))) {
            folder.add(new Effect.FindContent(lookDue, reachable(), scheduler.room()));
            lookDue = false;
            looking = true;
        }
        if (scheduler.isIdle() || queue.unplaced() > UNPLACED_MAX || (held != null && held.isAfter(folder.now))) {
            return;
        }
        List<TransferScheduler.Source> sources = new ArrayList<>();
        remotes.sources().forEach(source -> sources.add(new TransferScheduler.Source(source, 0)));
        peers.online()
                .map(peer -> new TransferScheduler.Source(peer.client, "direct".equals(peer.carrier) ? 0 : 1))
                .forEach(sources::add);
        for (Optional<TransferScheduler.Fetch> next = next(sources); next.isPresent(); next = next(sources)) {
            TransferScheduler.Fetch fetch = next.get();
            folder.add(remotes.nameOf(fetch.from())
                    .<Effect>map(name -> new Effect.FetchFromRemote(fetch.number(), name, fetch.from(), fetch.wants()))
                    .orElseGet(() -> new Effect.FetchContent(fetch.number(), fetch.from(), fetch.wants())));
        }
    }

    private Optional<TransferScheduler.Fetch> next(List<TransferScheduler.Source> sources) {
        return scheduler.next(sources, pushes::isBusyWith, folder.now);
    }

    private Set<UUID> reachable() {
        Set<UUID> reachable = new HashSet<>();
        peers.online().forEach(peer -> reachable.add(peer.client.uuid()));
        remotes.sources().forEach(source -> reachable.add(source.uuid()));
        return reachable;
    }

    void fetched(long number, Client from, String key, String path, FetchResult result) {
        switch (result) {
            case HERE -> {
                scheduler.here(number, key);
                queue.toPlace(key);
                roomFailures = 0;
                say(NO_ROOM, "error", null);
            }
            case GONE -> retry(scheduler.refused(number, key, folder.now));
            case DAMAGED -> {
                retry(scheduler.refused(number, key, folder.now));
                say(
                        DAMAGED,
                        "warning",
                        "What " + name(from) + " sent as the content of " + path
                                + " is not what it should be: it was thrown away, and is asked of others; on that device"
                                + " run `tandem doctor --repair`.");
            }
            case NO_ROOM -> {
                held = folder.now.plus(BackOff.after(roomFailures++));
                retry(Optional.of(held));
                say(
                        NO_ROOM,
                        "error",
                        "There is no room for the content of " + path
                                + ": nothing is lost, and it is tried again; free some space.");
            }
            case BROKEN -> {
                // FETCH-8: the end of the fetch puts it back
            }
        }
    }

    private void retry(Optional<Instant> at) {
        if (at.isPresent()
                && (retryAt == null || !retryAt.isAfter(folder.now) || at.get().isBefore(retryAt))) {
            retryAt = at.get();
            folder.later(Duration.between(folder.now, at.get()), new Event.FetchDue());
        }
    }

    void ended(long number, Client from, @Nullable String failure) {
        scheduler.ended(number);
        broken |= failure != null;
        if (failure != null) {
            folder.note("content-failed", "peer", name(from), "reason", failure);
            // a peer that fails at once, again and again, is not asked without a pause
            held = folder.now.plus(BackOff.after(0));
            retry(Optional.of(held));
        }
    }

    /** Time has passed; what may be fetched is looked at after every event. */
    void due() {
        heedNews();
        sayUnreachable();
    }

    /**
     * Whether what has come may be put into its files now: at once if it is all that is coming or the first in a while;
     * while more is coming, several at a time, because each time moves the tips and is told to everybody.
     */
    boolean mayPlace() {
        if (!scheduler.isIdle() && placedAt != null) {
            Instant due = placedAt.plus(PLACING);
            if (folder.now.isBefore(due)) {
                if (!placingDue) {
                    placingDue = true;
                    folder.later(Duration.between(folder.now, due), new Event.FetchDue());
                }
                return false;
            }
        }
        placingDue = false;
        placedAt = folder.now;
        return true;
    }

    /** Contents are in their places and recorded. */
    void placed(int files, List<String> paths) {
        if (files > 0) {
            folder.note("content", "files", Integer.toString(files), "paths", String.join("\n", paths));
        }
    }

    void pause() {
        scheduler.running().forEach(fetch -> folder.add(new Effect.CancelFetch(fetch.number())));
        scheduler.clear();
        more = false;
        look();
    }

    /** Nothing is fetched from now on, for that reason; or, if there is none, all goes on. */
    void hold(@Nullable String why) {
        boolean begins = why != null && holding == null;
        boolean ends = why == null && holding != null;
        holding = why;
        if (begins) {
            pause();
        } else if (ends) {
            look();
        }
    }

    /** Why nothing is fetched that is missing, or null. */
    @Nullable
    String holding() {
        return missing > 0 ? holding : null;
    }

    // ---- a user waits

    void getRequested(long token) {
        gets.add(token);
        held = null;
        look();
    }

    /** Ends those that wait for contents once there is nothing more to be had. */
    void endGets() {
        if (!gets.isEmpty() && (folder.paused || (folder.started && coming() == 0))) {
            gets.forEach(token -> folder.add(new Effect.GetEnded(token)));
            gets.clear();
        }
    }

    private void say(String key, String severity, @Nullable String text) {
        if (text != null) {
            raised.add(key);
            folder.add(new Effect.Raise(key, severity, text));
        } else if (raised.remove(key)) {
            folder.add(new Effect.Clear(key));
        }
    }

    private String name(Client client) {
        Peer peer = peers.find(client);
        return peer == null ? remotes.nameOf(client).orElse(client.device().brief()) : peer.name;
    }
}
