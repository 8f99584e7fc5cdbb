package dev.tandem.gitsync.merge;

import dev.tandem.gitsync.merge.ConvergentMerge.Conflict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.diff.HistogramDiff;
import org.eclipse.jgit.diff.RawText;
import org.eclipse.jgit.diff.RawTextComparator;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.merge.MergeAlgorithm;
import org.eclipse.jgit.merge.MergeFormatter;
import org.eclipse.jgit.merge.MergeResult;
import org.jspecify.annotations.Nullable;

/**
 * Three trees in, one out. "One" and "two" are the sides in canonical order, never "ours" and "theirs".
 *
 * <p>For each name, in this order: the same on both sides is taken; a side that did not touch it follows the other; two
 * directories are merged name by name; a directory keeps its name and a file there becomes a variant; an edit survives
 * a delete; edits of different parts of a text are joined; otherwise two keeps the name and one becomes a variant. An
 * edit follows a file that the other side has renamed ({@link Renames}). Annexed files follow git-annex's own table, so
 * that both tools resolve alike. Only directories that differ are read.
 */
final class TreeMerge {
    /** A larger file is not merged line by line: the line index of both sides and the base has to fit in memory. */
    private static final int TEXT_BYTES_MAX = 1 << 20;
    /** Names tried for one variant before something must be wrong: each holds a longer hash of the content. */
    private static final int NAMES_MAX = 8;

    private record Displaced(String name, Entry entry) {}

    private final NewObjects objects;
    private final List<Conflict> conflicts = new ArrayList<>();
    private @Nullable Renames renames;

    TreeMerge(NewObjects objects) {
        this.objects = objects;
    }

    /** What was kept twice, in path order within a directory. */
    List<Conflict> conflicts() {
        return conflicts;
    }

    /** Merges two trees; a null base is the empty tree. */
    ObjectId merge(@Nullable ObjectId base, ObjectId one, ObjectId two) throws IOException {
        Entry from = base == null ? null : new Entry(FileMode.TREE, base);
        Entry o = new Entry(FileMode.TREE, one);
        Entry t = new Entry(FileMode.TREE, two);
        if (from != null && !Objects.equals(from, o) && !Objects.equals(from, t)) {
            Renames followed = Renames.follow(objects, from, o, t);
            renames = followed;
            from = followed.base();
            o = followed.one();
            t = followed.two();
        }
        Entry merged = directory("", from, o, t);
        return merged != null ? merged.id() : objects.putTree(Map.of());
    }

    /** Null where nothing is left: git keeps no empty directories. */
    private @Nullable Entry directory(String path, @Nullable Entry base, @Nullable Entry one, @Nullable Entry two)
            throws IOException {
        boolean renamed = renames != null && renames.hasRemovedElsewhere(path);
        if (!renamed && (Objects.equals(one, two) || Objects.equals(base, two))) {
            return one;
        }
        if (!renamed && Objects.equals(base, one)) {
            return two;
        }
        Map<String, Entry> b = objects.tree(base);
        Map<String, Entry> o = objects.tree(one);
        Map<String, Entry> t = objects.tree(two);
        Set<String> names = new TreeSet<>(o.keySet());
        names.addAll(t.keySet());
        Map<String, Entry> merged = new TreeMap<>();
        List<Displaced> displaced = new ArrayList<>();
        for (String name : names) {
            Entry entry = name(path, name, b.get(name), o.get(name), t.get(name), displaced);
            if (entry != null) {
                merged.put(name, entry);
            }
        }
        place(path, displaced, merged);
        return merged.isEmpty() ? null : new Entry(FileMode.TREE, objects.putTree(merged));
    }

    private @Nullable Entry name(
            String dir,
            String name,
            @Nullable Entry base,
            @Nullable Entry one,
            @Nullable Entry two,
            List<Displaced> displaced)
            throws IOException {
        if (Objects.equals(one, two) || Objects.equals(base, two)) {
            return renamed(dir, name, base, one, two, displaced);
        }
        if (Objects.equals(base, one)) {
            return renamed(dir, name, base, two, one, displaced);
        }
        if (Entry.isTree(one) || Entry.isTree(two)) {
            Entry tree = directory(dir + name + "/", treeOnly(base), treeOnly(one), treeOnly(two));
            Entry file = Entry.isTree(one) ? two : one;
            if (file == null || Entry.isTree(file)) {
                return tree;
            }
            if (tree == null) {
                return file;
            }
            displaced.add(new Displaced(name, file));
            return tree;
        }
        if (one == null || two == null) {
            Entry edited = Objects.requireNonNull(one == null ? two : one);
            if (annexKey(edited).isPresent()) {
                displaced.add(new Displaced(name, edited));
                return null;
            }
            return edited;
        }
        return files(name, base, one, two, displaced);
    }

    /** What one side renamed and the other removed is an edit against a removal, with the new name. */
    private @Nullable Entry renamed(
            String dir,
            String name,
            @Nullable Entry base,
            @Nullable Entry taken,
            @Nullable Entry other,
            List<Displaced> displaced)
            throws IOException {
        if (renames == null || taken == null) {
            return taken;
        }
        if (Entry.isTree(taken)) {
            boolean below = renames.hasRemovedElsewhere(dir + name + "/");
            return below ? directory(dir + name + "/", treeOnly(base), taken, treeOnly(other)) : taken;
        }
        if (!renames.isRemovedElsewhere(dir + name) || annexKey(taken).isEmpty()) {
            return taken;
        }
        displaced.add(new Displaced(name, taken));
        return null;
    }

    private static @Nullable Entry treeOnly(@Nullable Entry entry) {
        return Entry.isTree(entry) ? entry : null;
    }

    /** Both sides hold something else than the base and each other, and none of them is a directory. */
    private @Nullable Entry files(String name, @Nullable Entry base, Entry one, Entry two, List<Displaced> displaced)
            throws IOException {
        if (one.isNestedRepository() || two.isNestedRepository()) {
            if (one.isNestedRepository() && two.isNestedRepository()) {
                return two; // its commits live in a repository of their own: nothing is lost here
            }
            displaced.add(new Displaced(name, one.isNestedRepository() ? two : one));
            return one.isNestedRepository() ? one : two;
        }
        Optional<AnnexKey> keyOne = annexKey(one);
        Optional<AnnexKey> keyTwo = annexKey(two);
        boolean modeOnly = Entry.isFile(base)
                && Entry.isFile(one)
                && Entry.isFile(two)
                && base != null
                && (base.id().equals(one.id()) || base.id().equals(two.id()));
        if (!modeOnly && (keyOne.isPresent() || keyTwo.isPresent())) {
            return annexed(name, one, keyOne, two, keyTwo, displaced);
        }
        if (Entry.isFile(one) && Entry.isFile(two)) {
            ObjectId content = content(base, one, two);
            if (content != null) {
                return new Entry(mode(base, one, two), content);
            }
        }
        displaced.add(new Displaced(name, one));
        return two;
    }

    private static @Nullable Entry annexed(
            String name,
            Entry one,
            Optional<AnnexKey> keyOne,
            Entry two,
            Optional<AnnexKey> keyTwo,
            List<Displaced> displaced) {
        if (keyOne.equals(keyTwo)) { // locked on one side only, or executable on one side only
            Entry unlocked = Entry.isFile(two) ? two : one;
            boolean executable = one.isExecutable() || two.isExecutable();
            return unlocked.isSymlink()
                    ? two
                    : new Entry(executable ? FileMode.EXECUTABLE_FILE : FileMode.REGULAR_FILE, unlocked.id());
        }
        if (keyOne.isPresent()) {
            displaced.add(new Displaced(name, one));
        }
        if (keyTwo.isPresent()) {
            displaced.add(new Displaced(name, two));
        }
        return keyOne.isEmpty() ? one : keyTwo.isEmpty() ? two : null;
    }

    /** The content that holds both edits, or null where there is none. */
    private @Nullable ObjectId content(@Nullable Entry base, Entry one, Entry two) throws IOException {
        if (one.id().equals(two.id())) {
            return one.id();
        }
        if (base == null || !Entry.isFile(base)) {
            return null;
        }
        if (base.id().equals(one.id())) {
            return two.id();
        }
        if (base.id().equals(two.id())) {
            return one.id();
        }
        RawText b = text(base);
        RawText o = text(one);
        RawText t = text(two);
        if (b == null || o == null || t == null) {
            return null;
        }
        MergeResult<RawText> lines = new MergeAlgorithm(new HistogramDiff()).merge(RawTextComparator.DEFAULT, b, o, t);
        if (lines.containsConflicts()) {
            return null;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new MergeFormatter().formatMerge(out, lines, List.of("", "", ""), StandardCharsets.UTF_8);
        return objects.put(Constants.OBJ_BLOB, out.toByteArray());
    }

    private @Nullable RawText text(Entry file) throws IOException {
        byte[] bytes = objects.blob(file.id(), TEXT_BYTES_MAX);
        return bytes == null || RawText.isBinary(bytes, bytes.length, true) ? null : new RawText(bytes);
    }

    private static FileMode mode(@Nullable Entry base, Entry one, Entry two) {
        if (base != null && Entry.isFile(base)) {
            return base.mode().equals(one.mode()) ? two.mode() : one.mode();
        }
        return one.isExecutable() ? one.mode() : two.mode();
    }

    private Optional<AnnexKey> annexKey(Entry entry) throws IOException {
        if (!Entry.isFile(entry) && !entry.isSymlink()) {
            return Optional.empty();
        }
        byte[] blob = objects.blob(entry.id(), AnnexKey.POINTER_BYTES_MAX);
        return blob == null ? Optional.empty() : AnnexKey.of(blob);
    }

    /** Gives every displaced version a name beside the others, once all other names of the directory are known. */
    private void place(String dir, List<Displaced> displaced, Map<String, Entry> merged) throws IOException {
        displaced.sort(Comparator.comparing(Displaced::name).thenComparing(d -> d.entry.id()));
        for (Displaced version : displaced) {
            Optional<AnnexKey> key = annexKey(version.entry);
            String whole = key.map(AnnexKey::file).orElse(version.entry.id().name());
            String brief = key.map(AnnexKey::shortHash)
                    .orElse(version.entry.id().name().substring(0, 4));
            String name = Variant.name(dir, version.name, brief, whole);
            for (int tries = 0; merged.containsKey(name) && !version.entry.equals(merged.get(name)); tries++) {
                if (tries == NAMES_MAX) {
                    throw new IOException("No free name for the second version of " + utf8(dir + version.name)
                            + "; rename or remove its .variant- files and sync again");
                }
                name = Variant.longer(tries == 0 ? version.name : name, whole);
            }
            merged.put(name, version.entry);
            conflicts.add(new Conflict(utf8(dir + version.name), utf8(dir + name)));
        }
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
