package dev.tandem.gitsync.extra;

import dev.tandem.gitsync.extra.Extra.FileTime;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.jspecify.annotations.Nullable;

/**
 * What the commits of a stretch of history say beside their trees, taken together. It follows from the set of commits
 * alone, so whoever has the same history finds the same. Reads with the reader that it was made with.
 */
public final class Gathered {
    private record Word(FileTime file, RevCommit commit) {}

    private final RevWalk walk;
    private final Map<Long, Map<String, List<Word>>> words = new HashMap<>();
    private final NavigableMap<String, Directories.Mark> marks = new TreeMap<>();

    private Gathered(ObjectReader reader) {
        walk = new RevWalk(reader);
    }

    /**
     * Of the commits that {@code to} contains and {@code from} does not.
     *
     * @param from null for all that {@code to} contains
     * @param wanted which blobs will be asked about, by their first 16 digits; others cost no memory
     * @throws IOException if a commit cannot be read
     */
    public static Gathered between(ObjectReader reader, @Nullable ObjectId from, ObjectId to, LongPredicate wanted)
            throws IOException {
        Gathered gathered = new Gathered(reader);
        gathered.walk.markStart(gathered.walk.parseCommit(to));
        if (from != null) {
            gathered.walk.markUninteresting(gathered.walk.parseCommit(from));
        }
        return gathered.read(wanted, Integer.MAX_VALUE);
    }

    /** Of the newest {@code most} commits that {@code head} contains. */
    public static Gathered newest(ObjectReader reader, ObjectId head, int most, LongPredicate wanted)
            throws IOException {
        Gathered gathered = new Gathered(reader);
        gathered.walk.markStart(gathered.walk.parseCommit(head));
        return gathered.read(wanted, most);
    }

    private Gathered read(LongPredicate wanted, int most) throws IOException {
        RevCommit commit = walk.next();
        for (int i = 0; commit != null && i < most; i++, commit = walk.next()) {
            Extra extra = Extra.of(commit.getRawBuffer());
            for (FileTime file : extra.files()) {
                if (wanted.test(file.blob())) {
                    words.computeIfAbsent(file.blob(), unused -> new HashMap<>())
                            .computeIfAbsent(file.path(), unused -> new ArrayList<>(1))
                            .add(new Word(file, commit));
                }
            }
            Directories.add(marks, extra.directories());
            commit.disposeBody();
        }
        return this;
    }

    /** A predicate for {@link #between}. */
    public static LongPredicate anyOf(Iterable<? extends ObjectId> blobs) {
        Set<Long> firsts = new HashSet<>();
        blobs.forEach(blob -> firsts.add(Extra.first(blob)));
        return firsts::contains;
    }

    /**
     * When that content was modified: as the newest commit says, and of commits that do not know of each other, the one
     * with the latest time. Where nobody says so of that path, as of a variant or of what follows a rename, when it was
     * at another.
     *
     * @throws IOException if a commit cannot be read
     */
    public Optional<Instant> modified(String path, ObjectId blob) throws IOException {
        Map<String, List<Word>> about = words.getOrDefault(Extra.first(blob), Map.of());
        List<Word> here = about.get(path);
        Stream<Word> words = here == null ? about.values().stream().flatMap(List::stream) : newest(here).stream();
        return words.map(word -> word.file.millis()).max(Long::compare).map(Instant::ofEpochMilli);
    }

    /** Those that no other one comes after. */
    @SuppressWarnings("ReferenceEquality") // the very same entry of the list
    private List<Word> newest(List<Word> words) throws IOException {
        List<Word> newest = new ArrayList<>();
        for (Word word : words) {
            boolean overtaken = false;
            for (Word other : words) {
                overtaken = overtaken || (!other.equals(word) && walk.isMergedInto(word.commit, other.commit));
            }
            if (!overtaken) {
                newest.add(word);
            }
        }
        return newest;
    }

    /**
     * The latest time of what was merged at a path, whatever came of it.
     *
     * @param before what was said before, of what was there
     * @param there what was there
     * @param time of that
     */
    public Optional<Instant> merged(String path, Gathered before, ObjectId there, Instant time) throws IOException {
        List<Word> all = new ArrayList<>();
        words.values().forEach(about -> all.addAll(about.getOrDefault(path, List.of())));
        List<Word> sides = newest(all);
        Optional<Instant> latest = sides.stream()
                .map(word -> word.file.millis())
                .max(Long::compare)
                .map(Instant::ofEpochMilli);
        return latest.isPresent() && !before.isBelow(path, there, sides) && time.isAfter(latest.get())
                ? Optional.of(time)
                : latest;
    }

    /** Whether all of these were made of that content. */
    private boolean isBelow(String path, ObjectId content, List<Word> sides) throws IOException {
        List<Word> made = words.getOrDefault(Extra.first(content), Map.of()).getOrDefault(path, List.of());
        for (Word side : sides) {
            boolean below = false;
            for (Word word : made) {
                below = below || walk.isMergedInto(walk.parseCommit(word.commit), walk.parseCommit(side.commit));
            }
            if (!below) {
                return false;
            }
        }
        return true;
    }

    /** All that is said of files. */
    public List<FileTime> words() {
        return words.values().stream()
                .flatMap(about -> about.values().stream())
                .flatMap(List::stream)
                .map(Word::file)
                .toList();
    }

    /** What is said of directories. */
    public Map<String, Directories.Mark> directories() {
        return Collections.unmodifiableMap(marks);
    }
}
