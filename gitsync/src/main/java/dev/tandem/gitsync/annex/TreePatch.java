package dev.tandem.gitsync.annex;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.jspecify.annotations.Nullable;

/**
 * A tree with some files replaced. Reads and writes the directories of these files only: the branch of a large annex
 * has a directory for nearly each of its keys. Names are held with one byte a character, so that their order is git's.
 */
final class TreePatch {
    private record Entry(FileMode mode, ObjectId id) {}

    private final DurableInserter objects;

    TreePatch(DurableInserter objects) {
        this.objects = objects;
    }

    /**
     * The id of the new tree.
     *
     * @param tree null for none yet
     * @param blobs by path
     */
    ObjectId apply(@Nullable ObjectId tree, Map<String, ObjectId> blobs) throws IOException {
        Map<String, ObjectId> bytewise = new TreeMap<>();
        blobs.forEach((path, blob) ->
                bytewise.put(new String(path.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1), blob));
        return patched(tree, bytewise);
    }

    private ObjectId patched(@Nullable ObjectId tree, Map<String, ObjectId> blobs) throws IOException {
        Map<String, Entry> entries = tree == null ? new TreeMap<>() : read(tree);
        Map<String, Map<String, ObjectId>> below = new TreeMap<>();
        blobs.forEach((path, blob) -> {
            int slash = path.indexOf('/');
            if (slash < 0) {
                entries.remove(path + "/");
                entries.put(path, new Entry(FileMode.REGULAR_FILE, blob));
            } else {
                below.computeIfAbsent(path.substring(0, slash), name -> new TreeMap<>())
                        .put(path.substring(slash + 1), blob);
            }
        });
        for (Map.Entry<String, Map<String, ObjectId>> directory : below.entrySet()) {
            Entry old = entries.get(directory.getKey() + "/");
            ObjectId changed = patched(old == null ? null : old.id, directory.getValue());
            entries.remove(directory.getKey());
            entries.put(directory.getKey() + "/", new Entry(FileMode.TREE, changed));
        }
        return write(entries);
    }

    /** By name, that of a directory with a slash behind it: git's order. */
    private Map<String, Entry> read(ObjectId tree) throws IOException {
        Map<String, Entry> entries = new TreeMap<>();
        CanonicalTreeParser parser = new CanonicalTreeParser(new byte[0], objects.reader(), tree);
        for (; !parser.eof(); parser.next(1)) {
            byte[] name = new byte[parser.getNameLength()];
            parser.getName(name, 0);
            FileMode mode = parser.getEntryFileMode();
            String text = new String(name, StandardCharsets.ISO_8859_1);
            entries.put(mode == FileMode.TREE ? text + "/" : text, new Entry(mode, parser.getEntryObjectId()));
        }
        return entries;
    }

    private ObjectId write(Map<String, Entry> entries) throws IOException {
        TreeFormatter tree = new TreeFormatter();
        entries.forEach((name, entry) -> {
            int length = name.endsWith("/") ? name.length() - 1 : name.length();
            tree.append(name.getBytes(StandardCharsets.ISO_8859_1), 0, length, entry.mode, entry.id);
        });
        return objects.tree(tree);
    }
}
