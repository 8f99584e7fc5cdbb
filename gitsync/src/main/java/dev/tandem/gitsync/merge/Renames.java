package dev.tandem.gitsync.merge;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Lets what one side did to a file follow it to the name that the other side has given it.
 *
 * <p>A file was renamed by a side if it is gone there and a new name has the same content, bit for bit; of several new
 * names the one with the same last component is taken, then the first. That is what git finds for a pointer, of which
 * an edit changes nearly every byte, so that git-annex resolves alike. Texts that were renamed and edited by the same
 * side are not recognized, other than by git: they count as a removal and a new file, and both versions stay.
 *
 * <pre>
 *   base  f       one  g (= f of base)       two  f'
 *   becomes
 *   base  g       one  g                     two  g'       and is merged as always
 * </pre>
 *
 * What both sides renamed stays under both names.
 */
final class Renames {
    private static final ObjectId EMPTY = ObjectId.fromString("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");

    /** One of the three trees, and what shall be otherwise in it; null is nothing. */
    private static final class Side {
        private Entry tree;
        private final SortedMap<String, @Nullable Entry> edits = new TreeMap<>();

        Side(Entry tree) {
            this.tree = tree;
        }
    }

    private final NewObjects objects;
    private final NavigableSet<String> removedElsewhere = new TreeSet<>();
    private final Side base;
    private final Side one;
    private final Side two;

    private Renames(NewObjects objects, Entry base, Entry one, Entry two) {
        this.objects = objects;
        this.base = new Side(base);
        this.one = new Side(one);
        this.two = new Side(two);
    }

    /** The three trees with both sides' renames made on both sides. */
    static Renames follow(NewObjects objects, Entry base, Entry one, Entry two) throws IOException {
        Renames renames = new Renames(objects, base, one, two);
        Map<String, Entry> movedByOne = new TreeMap<>();
        Map<String, Entry> movedByTwo = new TreeMap<>();
        renames.gone("", base, one, two, movedByOne);
        renames.gone("", base, two, one, movedByTwo);
        Map<String, String> targetsOfOne = renames.targets(movedByOne, one);
        Map<String, String> targetsOfTwo = renames.targets(movedByTwo, two);
        Set<String> both = new HashSet<>(targetsOfOne.keySet());
        both.retainAll(targetsOfTwo.keySet());
        targetsOfOne.keySet().removeAll(both);
        targetsOfTwo.keySet().removeAll(both);
        for (Map.Entry<String, String> rename : targetsOfOne.entrySet()) {
            renames.apply(rename.getKey(), rename.getValue(), renames.one, renames.two);
        }
        for (Map.Entry<String, String> rename : targetsOfTwo.entrySet()) {
            renames.apply(rename.getKey(), rename.getValue(), renames.two, renames.one);
        }
        for (Side side : List.of(renames.base, renames.one, renames.two)) {
            Entry edited = renames.edited(side.tree, side.edits);
            side.tree = edited == null ? new Entry(FileMode.TREE, objects.putTree(Map.of())) : edited;
        }
        return renames;
    }

    Entry base() {
        return base.tree;
    }

    Entry one() {
        return one.tree;
    }

    Entry two() {
        return two.tree;
    }

    /** Whether that name was given by one side to a file that the other side removed. */
    boolean isRemovedElsewhere(String path) {
        return removedElsewhere.contains(path);
    }

    /** Whether there is such a name below a directory ("" or ending in a slash). */
    boolean hasRemovedElsewhere(String directory) {
        String next = removedElsewhere.ceiling(directory);
        return next != null && next.startsWith(directory);
    }

    /** Files of the base that {@code side} no longer has and that are not as they were on the other. */
    private void gone(
            String path, @Nullable Entry base, @Nullable Entry side, @Nullable Entry other, Map<String, Entry> gone)
            throws IOException {
        if (base == null || Objects.equals(base, side) || Objects.equals(base, other)) {
            return;
        }
        if (!Entry.isTree(base)) {
            if (isContent(base) && !isContent(side) && !base.id().equals(EMPTY)) {
                gone.put(path, base);
            }
            return;
        }
        Map<String, Entry> inSide = treeOf(side);
        Map<String, Entry> inOther = treeOf(other);
        for (Map.Entry<String, Entry> child : objects.tree(base).entrySet()) {
            String name = child.getKey();
            gone(join(path, name), child.getValue(), inSide.get(name), inOther.get(name), gone);
        }
    }

    private Map<String, Entry> treeOf(@Nullable Entry entry) throws IOException {
        return Entry.isTree(entry) ? objects.tree(entry) : Map.of();
    }

    private static boolean isContent(@Nullable Entry entry) {
        return entry != null && (Entry.isFile(entry) || entry.isSymlink());
    }

    private static String join(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    /** The new name of each file that has one, no name for two. */
    private Map<String, String> targets(Map<String, Entry> gone, Entry side) throws IOException {
        Map<String, String> targets = new TreeMap<>();
        if (gone.isEmpty()) {
            return targets;
        }
        Map<ObjectId, List<String>> added = new HashMap<>();
        gone.values().forEach(entry -> added.put(entry.id(), new ArrayList<>()));
        Map<String, Entry> found = new TreeMap<>();
        added("", base.tree, side, added, found);
        for (boolean sameName : new boolean[] {true, false}) {
            for (Map.Entry<String, Entry> file : gone.entrySet()) {
                List<String> names = added.getOrDefault(file.getValue().id(), List.of());
                for (String name : targets.containsKey(file.getKey()) ? List.<String>of() : List.copyOf(names)) {
                    boolean fits = !sameName || last(name).equals(last(file.getKey()));
                    if (fits
                            && file.getValue().isSymlink()
                                    == Objects.requireNonNull(found.get(name)).isSymlink()) {
                        targets.put(file.getKey(), name);
                        names.remove(name);
                        break;
                    }
                }
            }
        }
        return targets;
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Names that the base has not, of the contents that are asked for. */
    private void added(
            String path,
            @Nullable Entry base,
            @Nullable Entry side,
            Map<ObjectId, List<String>> wanted,
            Map<String, Entry> found)
            throws IOException {
        if (side == null || Objects.equals(base, side)) {
            return;
        }
        if (!Entry.isTree(side)) {
            List<String> names = wanted.get(side.id());
            if (names != null && isContent(side) && !isContent(base)) {
                names.add(path);
                found.put(path, side);
            }
            return;
        }
        Map<String, Entry> before = treeOf(base);
        for (Map.Entry<String, Entry> child : new TreeMap<>(objects.tree(side)).entrySet()) {
            added(join(path, child.getKey()), before.get(child.getKey()), child.getValue(), wanted, found);
        }
    }

    private void apply(String from, String to, Side mover, Side other) throws IOException {
        Entry original = at(base, from);
        Entry moved = at(mover, to);
        Entry changed = at(other, from);
        Entry inTheWay = at(other, to);
        if (original == null || moved == null || Objects.equals(moved, inTheWay)) {
            return;
        }
        if (changed == null && inTheWay == null) {
            removedElsewhere.add(to);
        }
        if (!isContent(changed) || changed == null || Entry.isTree(inTheWay) || isBlocked(other, to)) {
            return; // a directory has the old name or the new one, or a file is above it: both stay where they are
        }
        base.edits.put(from, null);
        other.edits.put(from, null);
        if (inTheWay == null) {
            base.edits.put(to, original);
            other.edits.put(to, changed);
        } else { // the other side has a file of its own there: what followed meets it as a new file
            boolean kept = original.mode().equals(changed.mode());
            mover.edits.put(to, new Entry(kept ? moved.mode() : changed.mode(), changed.id()));
        }
    }

    private @Nullable Entry at(Side side, String path) throws IOException {
        if (side.edits.containsKey(path)) {
            return side.edits.get(path);
        }
        Entry entry = side.tree;
        for (String name : path.split("/", -1)) {
            entry = treeOf(entry).get(name);
        }
        return entry;
    }

    /** Whether a directory above the path would have to take the place of a file. */
    private boolean isBlocked(Side other, String path) throws IOException {
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            for (Side side : List.of(base, other)) {
                Entry above = at(side, path.substring(0, slash));
                if (above != null && !Entry.isTree(above)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The directory with these entries instead of what it has, all in one go; null where nothing is left. */
    private @Nullable Entry edited(@Nullable Entry directory, SortedMap<String, @Nullable Entry> edits)
            throws IOException {
        if (edits.isEmpty()) {
            return directory;
        }
        Map<String, Entry> children = new TreeMap<>(treeOf(directory));
        Map<String, SortedMap<String, @Nullable Entry>> below = new TreeMap<>();
        for (Map.Entry<String, @Nullable Entry> edit : edits.entrySet()) {
            String path = edit.getKey();
            int slash = path.indexOf('/');
            if (slash >= 0) {
                below.computeIfAbsent(path.substring(0, slash), name -> new TreeMap<>())
                        .put(path.substring(slash + 1), edit.getValue());
            } else {
                set(children, path, edit.getValue());
            }
        }
        for (Map.Entry<String, SortedMap<String, @Nullable Entry>> deeper : below.entrySet()) {
            set(children, deeper.getKey(), edited(children.get(deeper.getKey()), deeper.getValue()));
        }
        return children.isEmpty() ? null : new Entry(FileMode.TREE, objects.putTree(children));
    }

    private static void set(Map<String, Entry> children, String name, @Nullable Entry entry) {
        if (entry == null) {
            children.remove(name);
        } else {
            children.put(name, entry);
        }
    }
}
