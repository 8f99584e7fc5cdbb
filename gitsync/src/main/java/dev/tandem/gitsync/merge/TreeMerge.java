package dev.tandem.gitsync.merge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.jspecify.annotations.Nullable;

/**
 * Three-way merge of trees that always ends with a tree: a clash keeps both versions, the newer under its name.
 *
 * <p>Descends only where sides differ, so a merge costs what has changed. Names are kept as bytes (ISO-8859-1 strings),
 * because git does not promise that they are text.
 */
final class TreeMerge {
    private static final byte[] ROOT = {};

    /** One name in a directory. */
    private record Entry(FileMode mode, ObjectId id) {
        boolean isTree() {
            return mode == FileMode.TREE;
        }

        boolean isFile() {
            return mode == FileMode.REGULAR_FILE || mode == FileMode.EXECUTABLE_FILE;
        }
    }

    private final ObjectReader reader;
    private final ObjectInserter inserter;
    private final TextMerge texts;
    private final List<Conflict> conflicts;

    TreeMerge(ObjectReader reader, ObjectInserter inserter, List<Conflict> conflicts) {
        this.reader = reader;
        this.inserter = inserter;
        this.conflicts = conflicts;
        texts = new TextMerge(reader, inserter);
    }

    /** Merges; {@code one} is of the older head. {@link ObjectId#zeroId} stands for an empty tree. */
    ObjectId merge(ObjectId base, ObjectId one, ObjectId two) throws IOException {
        ObjectId tree = mergeTrees("", base, one, two);
        return tree.equals(ObjectId.zeroId()) ? inserter.insert(new TreeFormatter()) : tree;
    }

    private ObjectId mergeTrees(String path, ObjectId base, ObjectId one, ObjectId two) throws IOException {
        if (one.equals(two) || base.equals(two)) {
            return one;
        }
        if (base.equals(one)) {
            return two;
        }
        Map<String, Entry> before = entries(base);
        Map<String, Entry> left = entries(one);
        Map<String, Entry> right = entries(two);
        TreeSet<String> names = new TreeSet<>(left.keySet());
        names.addAll(right.keySet());
        Map<String, Entry> merged = new TreeMap<>();
        Map<String, Entry> variants = new TreeMap<>();
        for (String name : names) {
            Entry entry = mergeEntries(path, name, before.get(name), left.get(name), right.get(name), variants);
            if (entry != null) {
                merged.put(name, entry);
            }
        }
        variants.forEach((name, entry) -> addVariant(path, name, entry, merged));
        return write(merged);
    }

    /** What {@code name} becomes, or null if it goes; a version that must give way is put into {@code variants}. */
    private @Nullable Entry mergeEntries(
            String path,
            String name,
            @Nullable Entry base,
            @Nullable Entry one,
            @Nullable Entry two,
            Map<String, Entry> variants)
            throws IOException {
        if (same(one, two) || same(base, two)) {
            return one;
        }
        if (same(base, one)) {
            return two;
        }
        boolean oneIsTree = one != null && one.isTree();
        boolean twoIsTree = two != null && two.isTree();
        if (oneIsTree || twoIsTree) {
            // a side without this directory has deleted all of it, and perhaps put a file there
            ObjectId tree = mergeTrees(path + name + "/", treeOf(base), treeOf(one), treeOf(two));
            Entry file = oneIsTree ? two : one;
            Entry loose = file == null || file.isTree() || same(base, file) ? null : file;
            if (tree.equals(ObjectId.zeroId())) {
                return loose;
            }
            if (loose != null) {
                variants.put(name, loose);
            }
            return new Entry(FileMode.TREE, tree);
        }
        if (one == null || two == null) {
            return one == null ? two : one; // an edit outlives a deletion
        }
        Entry merged = mergeFiles(base, one, two);
        if (merged == null) {
            variants.put(name, one);
            return two;
        }
        return merged;
    }

    private @Nullable Entry mergeFiles(@Nullable Entry base, Entry one, Entry two) throws IOException {
        if (!one.isFile() || !two.isFile()) {
            return null;
        }
        FileMode before = base == null ? FileMode.REGULAR_FILE : base.mode;
        FileMode mode = one.mode == before ? two.mode : one.mode;
        ObjectId content;
        if (one.id.equals(two.id)) {
            content = one.id;
        } else if (base != null && base.id.equals(one.id)) {
            content = two.id;
        } else if (base != null && base.id.equals(two.id)) {
            content = one.id;
        } else {
            ObjectId text = base != null && base.isFile() ? texts.merge(base.id, one.id, two.id) : null;
            if (text == null) {
                return null;
            }
            content = text;
        }
        return new Entry(mode, content);
    }

    private void addVariant(String path, String name, Entry entry, Map<String, Entry> merged) {
        String variant = VariantName.of(path, name, entry.id, false);
        Entry there = merged.get(variant);
        if (there != null && !there.equals(entry)) {
            variant = VariantName.of(path, name, entry.id, true);
        }
        merged.put(variant, entry);
        conflicts.add(new Conflict(text(path + name), text(path + variant)));
    }

    private Map<String, Entry> entries(ObjectId tree) throws IOException {
        Map<String, Entry> entries = new TreeMap<>();
        if (tree.equals(ObjectId.zeroId())) {
            return entries;
        }
        CanonicalTreeParser parser = new CanonicalTreeParser(ROOT, reader, tree);
        while (!parser.eof()) {
            byte[] name = new byte[parser.getNameLength()];
            parser.getName(name, 0);
            entries.put(
                    new String(name, StandardCharsets.ISO_8859_1),
                    new Entry(parser.getEntryFileMode(), parser.getEntryObjectId()));
            parser.next();
        }
        return entries;
    }

    /** Writes a directory; one without entries does not exist in git. */
    private ObjectId write(Map<String, Entry> entries) throws IOException {
        if (entries.isEmpty()) {
            return ObjectId.zeroId();
        }
        Map<String, Map.Entry<String, Entry>> ordered = new TreeMap<>();
        // git orders directories as if their names ended with a slash
        entries.entrySet()
                .forEach(entry -> ordered.put(entry.getKey() + (entry.getValue().isTree() ? "/" : ""), entry));
        TreeFormatter tree = new TreeFormatter();
        for (Map.Entry<String, Entry> entry : ordered.values()) {
            byte[] name = entry.getKey().getBytes(StandardCharsets.ISO_8859_1);
            tree.append(name, 0, name.length, entry.getValue().mode, entry.getValue().id);
        }
        return inserter.insert(tree);
    }

    private static ObjectId treeOf(@Nullable Entry entry) {
        return entry != null && entry.isTree() ? entry.id : ObjectId.zeroId();
    }

    private static boolean same(@Nullable Entry one, @Nullable Entry two) {
        return one == null ? two == null : one.equals(two);
    }

    private static String text(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
