package dev.tandem.gitsync.worktree;

import dev.tandem.gitsync.worktree.WorkTree.Change;
import dev.tandem.gitsync.worktree.WorkTree.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/** A tree made from another one and a few changed paths: reads and writes only the directories on the way to them. */
final class TreeEdit {
    /** What a path holds in a tree. */
    record Blob(FileMode mode, ObjectId id) {}

    private static final class Node {
        private boolean edited;
        private @Nullable Blob blob;
        /** By name as a byte string (ISO 8859-1): what is not UTF-8 in a directory must survive its rewriting. */
        private final Map<String, Node> children = new TreeMap<>();
    }

    private final ObjectReader reader;
    private final ObjectInserter inserter;
    private final List<Change> changes = new ArrayList<>();
    private final Node root = new Node();

    TreeEdit(ObjectReader reader, ObjectInserter inserter) {
        this.reader = reader;
        this.inserter = inserter;
    }

    /** What the path shall hold: null for nothing. A blob takes the place of a directory of that name. */
    void set(String path, @Nullable Blob blob) {
        Node node = root;
        for (String name : raw(path).split("/", -1)) {
            node = node.children.computeIfAbsent(name, n -> new Node());
        }
        node.edited = true;
        node.blob = blob;
    }

    /** What the edits changed, known after {@link #apply}. */
    List<Change> changes() {
        return changes;
    }

    ObjectId apply(@Nullable ObjectId tree) throws IOException {
        Blob result = edit("", root, tree == null ? null : new Blob(FileMode.TREE, tree));
        return result != null ? result.id() : inserter.insert(Constants.OBJ_TREE, new byte[0]);
    }

    private @Nullable Blob edit(String path, Node node, @Nullable Blob old) throws IOException {
        if (node.edited && node.blob != null) {
            return replace(path, old, node.blob);
        }
        boolean tree = old != null && old.mode == FileMode.TREE;
        if (node.edited && (!tree || node.children.isEmpty())) {
            replace(path, old, null);
            old = null;
            tree = false;
        }
        if (node.children.isEmpty()) {
            return old;
        }
        Map<String, Blob> entries = tree && old != null ? read(old.id) : new HashMap<>();
        boolean changed = false;
        for (Map.Entry<String, Node> child : node.children.entrySet()) {
            String name = child.getKey();
            Blob before = entries.get(name);
            Blob after = edit(path.isEmpty() ? utf8(name) : path + "/" + utf8(name), child.getValue(), before);
            if (after == null) {
                changed = entries.remove(name) != null || changed;
            } else if (!after.equals(before)) {
                entries.put(name, after);
                changed = true;
            }
        }
        if (!changed) {
            return old;
        }
        if (!tree && old != null) {
            replace(path, old, null); // a file made room for a directory
        }
        return entries.isEmpty() ? null : new Blob(FileMode.TREE, write(entries));
    }

    private @Nullable Blob replace(String path, @Nullable Blob old, @Nullable Blob blob) throws IOException {
        if (old != null && old.equals(blob)) {
            return blob;
        }
        boolean directory = old != null && old.mode == FileMode.TREE;
        if (old != null && directory) {
            try (TreeWalk walk = new TreeWalk(reader)) {
                walk.addTree(old.id);
                walk.setRecursive(true);
                while (walk.next()) {
                    changes.add(new Change(Kind.DELETED, path + "/" + walk.getPathString()));
                }
            }
        }
        if (blob != null) {
            changes.add(new Change(old == null || directory ? Kind.ADDED : Kind.MODIFIED, path));
        } else if (old != null && !directory) {
            changes.add(new Change(Kind.DELETED, path));
        }
        return blob;
    }

    private Map<String, Blob> read(ObjectId tree) throws IOException {
        Map<String, Blob> entries = new HashMap<>();
        CanonicalTreeParser parser = new CanonicalTreeParser();
        for (parser.reset(reader, tree); !parser.eof(); parser.next()) {
            byte[] name = new byte[parser.getNameLength()];
            parser.getName(name, 0);
            entries.put(
                    new String(name, StandardCharsets.ISO_8859_1),
                    new Blob(FileMode.fromBits(parser.getEntryRawMode()), parser.getEntryObjectId()));
        }
        return entries;
    }

    private ObjectId write(Map<String, Blob> entries) throws IOException {
        List<Map.Entry<byte[], Blob>> sorted = new ArrayList<>();
        // Git sorts by bytes, and a directory as if its name ended in a slash.
        entries.forEach((name, blob) -> sorted.add(Map.entry(name.getBytes(StandardCharsets.ISO_8859_1), blob)));
        Comparator<Map.Entry<byte[], Blob>> order = (a, b) -> org.eclipse.jgit.util.Paths.compare(
                a.getKey(),
                0,
                a.getKey().length,
                a.getValue().mode.getBits(),
                b.getKey(),
                0,
                b.getKey().length,
                b.getValue().mode.getBits());
        sorted.sort(order);
        TreeFormatter tree = new TreeFormatter();
        sorted.forEach(e -> tree.append(e.getKey(), e.getValue().mode, e.getValue().id));
        return inserter.insert(tree);
    }

    private static String raw(String path) {
        return new String(Constants.encode(path), StandardCharsets.ISO_8859_1);
    }

    private static String utf8(String raw) {
        return new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
