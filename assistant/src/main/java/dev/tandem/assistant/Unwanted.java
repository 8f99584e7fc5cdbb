package dev.tandem.assistant;

import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.FolderSnapshot;
import dev.tandem.assistant.core.Leisure;
import dev.tandem.gitsync.annex.ContentStore;
import dev.tandem.gitsync.annex.DropCheck;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.Presence;
import dev.tandem.gitsync.annex.SharedSettings;
import dev.tandem.gitsync.annex.Wanted;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops the contents that this device does not want any more, as {@code git annex sync --content} does: what its
 * preferred content expression does not match, where all files that have the content say so, nothing requires it here,
 * and the holders of enough other copies have just said that they have them. Unhurried: see {@link Leisure}.
 */
final class Unwanted implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Unwanted.class);
    private static final Duration TICK = Duration.ofSeconds(1);

    /** How far apart devices look that were told of the same thing. */
    private static final int OFFSET_MILLIS_MAX = 3000;

    /** What goes at once, and is recorded in one commit; then everybody is told, and the next follow. */
    private static final int BATCH_MAX = 100;

    /** How many paths the journal names. */
    private static final int PATHS_MAX = 20;

    /** Puts pointers into the place of contents that are about to go. */
    interface Emptying {
        void empty(List<String> paths) throws IOException;
    }

    /** What one folder's looks work with. */
    record World(
            UUID self,
            FolderContents contents,
            Holders holders,
            Supplier<FolderSnapshot> snapshot,
            Emptying files,
            Consumer<Event> post,
            Records.FolderRecords records,
            InstantSource clock,
            Executor workers) {}

    private final World world;
    private final Leisure leisure; // of the timer's thread while no look runs, of the look's while one does
    private final AtomicBoolean looking = new AtomicBoolean();
    private final ScheduledFuture<?> ticking;
    private boolean settledOld; // of the looking thread
    private final OneAlert notUnderstood; // of the looking thread

    Unwanted(World world, ScheduledExecutorService timers) {
        this.world = world;
        notUnderstood = new OneAlert(world.records, "wanted-expression");
        leisure = new Leisure(Duration.ofMillis(Math.floorMod(world.self.hashCode(), OFFSET_MILLIS_MAX)));
        ticking = timers.scheduleWithFixedDelay(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void tick() {
        if (looking.get() || !leisure.isDue(world.snapshot.get(), world.clock.instant())) {
            return;
        }
        looking.set(true);
        try {
            world.workers.execute(this::look);
        } catch (RejectedExecutionException closing) {
            LOG.debug("the folder is being closed", closing);
        }
    }

    private void look() {
        Object what = leisure.looks();
        Instant begin = world.clock.instant();
        boolean refused = true;
        try {
            refused = dropUnwanted();
        } catch (IOException | RuntimeException failed) {
            // the user's git may be at work, or the daemon stops; nothing is half-done, and it is tried again
            LOG.debug("no contents are dropped now", failed);
        } finally {
            Instant end = world.clock.instant();
            leisure.looked(what, Duration.between(begin, end), refused, end);
            looking.set(false);
        }
    }

    /** One go; says whether something that is not wanted had to stay. */
    boolean dropUnwanted() throws IOException {
        SharedSettings settings = world.contents.branch().settings();
        if (!settings.wanted().containsKey(world.self)) {
            notUnderstood.say(Optional.empty());
            return false; // nobody has said anything: everything stays
        }
        Judge judge = new Judge(world.contents, world.self, settings);
        notUnderstood.say(judge.wanted
                .problem()
                .map(line -> line.substring(0, 1).toUpperCase(Locale.ROOT) + line.substring(1) + "."));
        settleOld(judge);
        Map<Key, List<String>> here = world.contents.present();
        List<Key> unwanted = new ArrayList<>();
        world.contents.branch().copies(here.keySet(), (key, copies) -> {
            if (unwanted.size() < BATCH_MAX
                    && !world.contents.isSpared(key, world.clock.instant())
                    && !judge.keeps(key, here.getOrDefault(key, List.of()), FolderContents.holders(copies))) {
                unwanted.add(key);
            }
        });
        Set<Key> gone = new HashSet<>();
        List<String> paths = new ArrayList<>();
        try {
            for (Key key : unwanted) {
                if (drop(key, judge)) {
                    gone.add(key);
                    paths.addAll(here.getOrDefault(key, List.of()));
                }
            }
        } finally {
            settle(gone, paths);
        }
        return gone.size() < unwanted.size();
    }

    private boolean drop(Key key, Judge judge) throws IOException {
        List<String> files = world.contents.paths(key); // as they are now
        return world.contents.store().remove(key, () -> {
                    Map<UUID, DropCheck.Proof> proofs =
                            world.holders.proofs(key, world.snapshot.get().peers());
                    Set<UUID> holders = new HashSet<>(proofs.keySet());
                    holders.add(world.self);
                    // again, by what the holders say: two that drop at once must not count on each other
                    DropCheck.Answer answer = judge.keeps(key, files, holders)
                            ? new DropCheck.Refusal(0, 0, 0)
                            : world.holders.judge(key, files, proofs);
                    if (answer instanceof DropCheck.Permit) {
                        world.files.empty(files);
                    }
                    return answer;
                })
                == ContentStore.Removed.YES;
    }

    private void settle(Set<Key> gone, List<String> paths) throws IOException {
        if (gone.isEmpty()) {
            return;
        }
        world.contents.record(gone, Presence.MISSING);
        gone.forEach(world.contents::changed);
        world.records.note(
                "content-dropped",
                Map.of(
                        "files",
                        Integer.toString(paths.size()),
                        "paths",
                        String.join(
                                "\n", paths.stream().sorted().limit(PATHS_MAX).toList())));
        world.post.accept(new Event.GitMoved());
    }

    /** A crash may have come between a removal and its record. */
    private void settleOld(Judge judge) throws IOException {
        if (settledOld) {
            return;
        }
        settledOld = true;
        Set<Key> gone = new HashSet<>();
        for (Key key : world.contents.lost()) {
            Set<UUID> holders = FolderContents.holders(world.contents.branch().copies(key));
            if (!judge.keeps(key, world.contents.paths(key), holders)) {
                gone.add(key);
            }
        }
        if (!gone.isEmpty()) {
            world.contents.record(gone, Presence.MISSING);
            world.post.accept(new Event.GitMoved());
        }
    }

    @Override
    public void close() {
        ticking.cancel(false);
    }

    /** What is to stay here; git-annex asks about each file that has a content, and one that says so is enough. */
    private static final class Judge {
        private final FolderContents contents;
        private final Wanted wanted;
        private final Wanted required;

        Judge(FolderContents contents, UUID self, SharedSettings settings) {
            this.contents = contents;
            wanted = Wanted.by(self, settings);
            required = Wanted.requiredBy(self, settings);
        }

        boolean keeps(Key key, List<String> paths, Set<UUID> holders) throws IOException {
            if (paths.isEmpty()) {
                return true; // of no file that is here now: that is for `git annex unused`
            }
            var needed = contents.copiesNeeded().of(paths);
            for (String path : paths) {
                Wanted.File file = new Wanted.File(path, key, holders, needed);
                if (wanted.keeps(file) || required.keeps(file)) {
                    return true;
                }
            }
            return false;
        }
    }
}
