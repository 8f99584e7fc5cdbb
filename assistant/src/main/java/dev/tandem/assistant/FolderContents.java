package dev.tandem.assistant;

import dev.tandem.assistant.core.ContentCount;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.Want;
import dev.tandem.gitsync.annex.AnnexBranch;
import dev.tandem.gitsync.annex.ContentStore;
import dev.tandem.gitsync.annex.CopiesNeeded;
import dev.tandem.gitsync.annex.EarlierVersions;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.MissingContent;
import dev.tandem.gitsync.annex.NumCopies;
import dev.tandem.gitsync.annex.Presence;
import dev.tandem.gitsync.annex.SharedSettings;
import dev.tandem.gitsync.annex.Wanted;
import dev.tandem.gitsync.repo.FolderRepository;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which contents of one folder are here, which are wanted, and who has them. Any thread. */
final class FolderContents {
    private static final Logger LOG = LoggerFactory.getLogger(FolderContents.class);

    private final FolderRepository repository;
    private final UUID self;
    private final AnnexBranch branch;
    private final ContentStore store;
    private final MissingContent missing;
    private final CopiesNeeded copiesNeeded;
    private final ContentRepair repair;
    private final InstantSource clock;
    private final Set<Key> asked = ConcurrentHashMap.newKeySet(); // those that a user waits for
    private volatile boolean held;
    private final Spared spared = new Spared();
    private Look look = new Look(List.of()); // guarded by this

    /** How far a look through what is missing has got. */
    private static final class Look {
        private final List<Key> order;
        private int at;
        private int outOfReach;
        private String example = "";

        Look(List<Key> order) {
            this.order = order;
        }
    }

    FolderContents(FolderRepository repository, AnnexBranch branch, InstantSource clock) {
        this.repository = repository;
        this.clock = clock;
        this.branch = branch;
        self = repository.uuid();
        store = new ContentStore(repository.git());
        missing = new MissingContent(repository.git(), store);
        copiesNeeded = new CopiesNeeded(repository.git(), branch);
        repair = new ContentRepair(repository.path(), this);
    }

    ContentRepair repair() {
        return repair;
    }

    ContentStore store() {
        return store;
    }

    AnnexBranch branch() {
        return branch;
    }

    CopiesNeeded copiesNeeded() {
        return copiesNeeded;
    }

    /** A content has come or gone. */
    void changed(Key key) {
        try {
            missing.changed(key);
        } catch (IOException unreadable) {
            LOG.warn("cannot look for {}; everything will be looked at", key, unreadable);
            missing.forget();
        }
    }

    /** Looks at everything anew; the number of files without content. */
    int countAnew() throws IOException {
        missing.forget();
        return count().missing();
    }

    /** How many files have no content here, and whether there are new ones among them since the last call. */
    ContentCount count() throws IOException {
        Optional<ObjectId> head = repository.head();
        if (head.isEmpty()) {
            return ContentCount.NOTHING;
        }
        long before = missing.arrivals();
        int now = missing.count(head.get());
        return new ContentCount(now, missing.arrivals() != before);
    }

    /** The head's files with a content, here or not. */
    List<String> paths(Key key) throws IOException {
        Optional<ObjectId> head = repository.head();
        return head.isEmpty() ? List.of() : missing.paths(head.get(), key);
    }

    /** A version before that content which is here, of a file that has it. */
    Optional<Key> earlier(String path, Key than) throws IOException {
        Optional<ObjectId> head = repository.head();
        return head.isEmpty()
                ? Optional.empty()
                : EarlierVersions.present(repository.git(), store, head.get(), path, than);
    }

    /** The annexed files of the head whose content is here. */
    Map<Key, List<String>> present() throws IOException {
        Optional<ObjectId> head = repository.head();
        return head.isEmpty() ? Map.of() : missing.present(head.get());
    }

    /** What the location log says is here, and is not. */
    List<Key> lost() throws IOException {
        Optional<ObjectId> head = repository.head();
        List<Key> lost = new ArrayList<>();
        if (head.isPresent()) {
            branch.copies(missing.keys(head.get()), (key, copies) -> {
                if (copies.get(self) == Presence.PRESENT) {
                    lost.add(key);
                }
            });
        }
        return lost;
    }

    /** Fetches these before all others, wanted or not, until they are here. */
    void ask(Set<Key> keys) {
        asked.addAll(keys);
        spared.asked(keys, clock.instant());
    }

    /** Whether a user asked for it a short while ago, so that it is not dropped by itself for not being wanted. */
    boolean isSpared(Key key, Instant now) {
        return spared.holds(key, now);
    }

    /** Whether contents wait, also for others: what is here counts as if it could not be had at this moment. */
    void hold(boolean wait) {
        held = wait;
    }

    boolean isHeld() {
        return held;
    }

    /** Whether somebody asked for it since this daemon started, and it has neither come nor been dropped since. */
    boolean isAskedFor(Key key) {
        return asked.contains(key);
    }

    void arrived(Set<Key> keys) {
        asked.removeAll(keys);
    }

    /** The next of what is wanted, missing and held by one that can be reached. */
    synchronized Event find(boolean anew, Set<UUID> reachable, int most) {
        try {
            Optional<ObjectId> head = repository.head();
            if (head.isEmpty()) {
                return new Event.ContentFound(List.of(), false, 0, 0, "");
            }
            if (anew) {
                look = new Look(ordered(missing.keys(head.get())));
            }
            List<Want> wants = new ArrayList<>();
            Finding finding = new Finding(branch.settings(), head.get(), reachable, wants);
            while (look.at < look.order.size() && wants.size() < most) {
                int to = Math.min(look.order.size(), look.at + most - wants.size());
                branch.copies(look.order.subList(look.at, to), finding::found);
                look.at = to;
            }
            boolean more = look.at < look.order.size();
            return new Event.ContentFound(
                    wants, more, missing.count(head.get()), more ? 0 : look.outOfReach, look.example);
        } catch (IOException | RuntimeException unreadable) {
            LOG.warn("cannot look for the content of {}", repository.path(), unreadable);
            return new Event.ContentFound(List.of(), false, 0, 0, "");
        }
    }

    private List<Key> ordered(List<Key> keys) {
        List<Key> order = new ArrayList<>(keys);
        order.sort(Comparator.comparing((Key key) -> !asked.contains(key))
                .thenComparingLong(key -> key.sizeBytes().orElse(Long.MAX_VALUE)));
        return order;
    }

    /** One step of a look. */
    private final class Finding {
        private final SharedSettings settings;
        private final Wanted wanted;
        private final boolean hasSaid;
        private final ObjectId head;
        private final Set<UUID> reachable;
        private final List<Want> wants;

        Finding(SharedSettings settings, ObjectId head, Set<UUID> reachable, List<Want> wants) {
            this.settings = settings;
            this.head = head;
            this.reachable = reachable;
            this.wants = wants;
            wanted = Wanted.by(self, settings);
            hasSaid = settings.wanted().containsKey(self);
        }

        void found(Key key, Map<UUID, Presence> copies) throws IOException {
            List<String> paths = missing.paths(head, key);
            if (paths.isEmpty() || store.has(key) || !isWanted(key, paths, copies)) {
                return;
            }
            if (copies.get(self) == Presence.PRESENT && repair.heal(key, paths)) {
                return; // its object had vanished, and its file had not
            }
            Set<UUID> holders = holders(copies);
            holders.retainAll(reachable);
            if (holders.isEmpty()) {
                look.outOfReach++;
                look.example = look.example.isEmpty() ? paths.get(0) + whereLast(copies) : look.example;
            } else {
                wants.add(new Want(
                        key.toString(), paths.get(0), key.sizeBytes().orElse(-1), asked.contains(key), holders));
            }
        }

        /** What was dropped here on purpose comes back only if somebody says so. */
        private boolean isWanted(Key key, List<String> paths, Map<UUID, Presence> copies) throws IOException {
            if (asked.contains(key)) {
                return true;
            }
            return hasSaid
                    ? isWantedByOne(key, paths, holders(copies))
                    : copies.get(self) != Presence.MISSING && copies.get(self) != Presence.DEAD;
        }

        /** Of several files with one content, one that is wanted is enough. */
        private boolean isWantedByOne(Key key, List<String> paths, Set<UUID> holders) throws IOException {
            NumCopies needed = copiesNeeded.of(paths);
            return paths.stream().anyMatch(path -> wanted.wants(new Wanted.File(path, key, holders, needed)));
        }

        private String whereLast(Map<UUID, Presence> copies) {
            Set<UUID> holders = holders(copies);
            return holders.isEmpty()
                    ? " (no device is known to have it)"
                    : " (last known on "
                            + holders.stream()
                                    .map(holder -> settings.descriptions().getOrDefault(holder, holder.toString()))
                                    .sorted()
                                    .collect(Collectors.joining(", "))
                            + ")";
        }
    }

    static Set<UUID> holders(Map<UUID, Presence> copies) {
        return copies.entrySet().stream()
                .filter(copy -> copy.getValue() == Presence.PRESENT)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** Records that contents are here. */
    void record(Set<Key> keys, Presence presence) throws IOException {
        Map<Key, Presence> copies = new LinkedHashMap<>();
        keys.forEach(key -> copies.put(key, presence));
        branch.record(self, copies);
    }
}
