package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.jspecify.annotations.Nullable;

/** Writes a tree that differs from another in a few paths: costs those paths' directories, not the tree. */
final class TreeEdit {
    private static final byte[] ROOT = {};

    /** A file's new mode and content. */
    record Blob(FileMode mode, ObjectId id) {}

    private final ObjectReader reader;
    private final ObjectInserter inserter;

    TreeEdit(ObjectReader reader, ObjectInserter inserter) {
        this.reader = reader;
        this.inserter = inserter;
    }

    /**
     * The tree with those paths set, or removed where empty.
     *
     * @param tree {@link ObjectId#zeroId} for the empty one
     */
    ObjectId apply(ObjectId tree, Map<String, Optional<Blob>> edits) throws IOException {
        ObjectId edited = directory(tree, edits);
        return edited.equals(ObjectId.zeroId()) ? inserter.insert(new TreeFormatter()) : edited;
    }

    private ObjectId directory(ObjectId tree, Map<String, Optional<Blob>> edits) throws IOException {
        Map<String, Blob> entries = entries(tree);
        Map<String, Map<String, Optional<Blob>>> below = new LinkedHashMap<>();
        edits.forEach((path, blob) -> {
            int slash = path.indexOf('/');
            if (slash >= 0) {
                below.computeIfAbsent(path.substring(0, slash), name -> new LinkedHashMap<>())
                        .put(path.substring(slash + 1), blob);
            } else if (blob.isEmpty() && !isTree(entries.get(path))) {
                entries.remove(path);
            }
        });
        for (Map.Entry<String, Map<String, Optional<Blob>>> child : below.entrySet()) {
            Blob old = entries.get(child.getKey());
            ObjectId edited = directory(old != null && isTree(old) ? old.id : ObjectId.zeroId(), child.getValue());
            if (!edited.equals(ObjectId.zeroId())) {
                entries.put(child.getKey(), new Blob(FileMode.TREE, edited));
            } else if (isTree(old)) {
                entries.remove(child.getKey());
            }
        }
        // files last: one may stand where a directory was
        edits.forEach((path, blob) -> {
            if (path.indexOf('/') < 0) {
                blob.ifPresent(file -> entries.put(path, file));
            }
        });
        return write(entries);
    }

    private static boolean isTree(@Nullable Blob entry) {
        return entry != null && entry.mode == FileMode.TREE;
    }

    private Map<String, Blob> entries(ObjectId tree) throws IOException {
        Map<String, Blob> entries = new LinkedHashMap<>();
        if (tree.equals(ObjectId.zeroId())) {
            return entries;
        }
        CanonicalTreeParser parser = new CanonicalTreeParser(ROOT, reader, tree);
        while (!parser.eof()) {
            entries.put(parser.getEntryPathString(), new Blob(parser.getEntryFileMode(), parser.getEntryObjectId()));
            parser.next();
        }
        return entries;
    }

    private ObjectId write(Map<String, Blob> entries) throws IOException {
        if (entries.isEmpty()) {
            return ObjectId.zeroId();
        }
        // git's order: by bytes, directories as if their names ended with a slash
        Map<String, Map.Entry<String, Blob>> ordered = new TreeMap<>();
        for (Map.Entry<String, Blob> entry : entries.entrySet()) {
            String bytes = new String(entry.getKey().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            ordered.put(bytes + (isTree(entry.getValue()) ? "/" : ""), entry);
        }
        TreeFormatter formatter = new TreeFormatter();
        for (Map.Entry<String, Blob> entry : ordered.values()) {
            formatter.append(entry.getKey(), entry.getValue().mode, entry.getValue().id);
        }
        return inserter.insert(formatter);
    }
}
