package dev.tandem.gitsync.extra;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Directories that are kept although they hold no file, and those that no longer are. Each has a count that grows when
 * somebody makes or removes it: of two words about one directory the higher count holds, and of equal ones, which were
 * said without knowing of each other, the one that keeps it. So {@link #with} is commutative, associative and
 * idempotent, and all devices that know the same history agree.
 *
 * @param marks by path, at most {@link #MAX}
 */
public record Directories(NavigableMap<String, Mark> marks) {
    /** Some ten megabytes; directories beyond are not kept. */
    public static final int MAX = 100_000;

    /** Nobody makes and removes a directory so often. */
    public static final int MAX_COUNT = 1_000_000_000;

    public static final Directories NONE = new Directories(new TreeMap<>());

    /**
     * The last word about one directory.
     *
     * @param count 1 to {@link #MAX_COUNT}
     * @param kept whether it is there, also without any file
     */
    public record Mark(int count, boolean kept) {
        public Mark {
            if (count < 1 || count > MAX_COUNT) {
                throw new IllegalArgumentException("a directory's count of " + count);
            }
        }

        private Mark or(Mark other) {
            boolean theirs = other.count != count ? other.count > count : other.kept;
            return theirs ? other : this;
        }
    }

    public boolean isKept(String path) {
        Mark mark = marks.get(path);
        return mark != null && mark.kept;
    }

    /** The next word about a directory, which holds against all that is known here. */
    public Mark next(String path, boolean kept) {
        Mark mark = marks.get(path);
        return new Mark(mark == null ? 1 : Math.min(MAX_COUNT, mark.count + 1), kept);
    }

    /** Both together. */
    public Directories with(Map<String, Mark> more) {
        if (more.isEmpty()) {
            return this;
        }
        NavigableMap<String, Mark> all = new TreeMap<>(marks);
        add(all, more);
        return new Directories(all);
    }

    /** Adds to what is known. */
    static void add(NavigableMap<String, Mark> all, Map<String, Mark> more) {
        more.forEach((path, mark) -> all.merge(path, mark, Mark::or));
        while (all.size() > MAX) {
            all.pollLastEntry(); // the same ones on all devices
        }
    }

    /** Those that are kept at or below a path, and above it. */
    public SortedMap<String, Mark> near(String path) {
        TreeMap<String, Mark> near = new TreeMap<>();
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            kept(path.substring(0, slash)).ifPresent(entry -> near.put(entry.getKey(), entry.getValue()));
        }
        kept(path).ifPresent(entry -> near.put(entry.getKey(), entry.getValue()));
        marks.subMap(path + "/", path + "0").forEach((below, mark) -> { // '0' comes after '/'
            if (mark.kept) {
                near.put(below, mark);
            }
        });
        return near;
    }

    private Optional<Map.Entry<String, Mark>> kept(String path) {
        return isKept(path) ? Optional.of(Map.entry(path, marks.get(path))) : Optional.empty();
    }

    /** The paths of all that are kept. */
    public SortedMap<String, Mark> kept() {
        return marks.entrySet().stream()
                .filter(mark -> mark.getValue().kept)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
    }
}
