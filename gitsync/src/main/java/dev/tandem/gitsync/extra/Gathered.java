package dev.tandem.gitsync.extra;

import dev.tandem.gitsync.extra.Extra.FileTime;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.jspecify.annotations.Nullable;

/**
 * What the commits of a stretch of history say beside their trees, taken together. It follows from the set of commits
 * alone, so whoever has the same history finds the same.
 */
public final class Gathered {
    private record Word(FileTime file, int committed) {}

    /** The latest; by what the clocks of devices say, since there is no other order among them. */
    private static final Comparator<Word> LATEST =
            Comparator.comparingInt(Word::committed).thenComparingLong(word -> word.file.millis());

    private final Map<Long, List<Word>> words = new HashMap<>();
    private final NavigableMap<String, Directories.Mark> marks = new TreeMap<>();

    private Gathered() {}

    /**
     * Of the commits that {@code to} contains and {@code from} does not.
     *
     * @param from null for all that {@code to} contains
     * @param wanted which blobs will be asked about, by their first 16 digits; others cost no memory
     * @throws IOException if a commit cannot be read
     */
    public static Gathered between(
            ObjectReader reader, @Nullable ObjectId from, ObjectId to, LongPredicate wanted) throws IOException {
        Gathered gathered = new Gathered();
        try (RevWalk walk = new RevWalk(reader)) {
            walk.markStart(walk.parseCommit(to));
            if (from != null) {
                walk.markUninteresting(walk.parseCommit(from));
            }
            for (RevCommit commit = walk.next(); commit != null; commit = walk.next()) {
                Extra extra = Extra.of(commit.getRawBuffer());
                for (FileTime file : extra.files()) {
                    if (wanted.test(file.blob())) {
                        gathered.words
                                .computeIfAbsent(file.blob(), unused -> new ArrayList<>(1))
                                .add(new Word(file, commit.getCommitTime()));
                    }
                }
                Directories.add(gathered.marks, extra.directories());
                commit.disposeBody();
            }
        }
        return gathered;
    }

    /** A predicate for {@link #between}. */
    public static LongPredicate anyOf(Iterable<? extends ObjectId> blobs) {
        Set<Long> firsts = new HashSet<>();
        blobs.forEach(blob -> firsts.add(Extra.first(blob)));
        return firsts::contains;
    }

    /**
     * When that content was modified; where nobody says so of that path, as of a variant or of what follows a rename,
     * when it was at another.
     */
    public Optional<Instant> modified(String path, ObjectId blob) {
        List<Word> about = words.getOrDefault(Extra.first(blob), List.of());
        return about.stream()
                .filter(word -> word.file.path().equals(path))
                .max(LATEST)
                .or(() -> about.stream().max(LATEST))
                .map(word -> Instant.ofEpochMilli(word.file.millis()));
    }

    /** What is said of directories. */
    public Map<String, Directories.Mark> directories() {
        return Collections.unmodifiableMap(marks);
    }
}
