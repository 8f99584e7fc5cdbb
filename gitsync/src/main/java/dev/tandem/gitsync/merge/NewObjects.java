package dev.tandem.gitsync.merge;

import dev.tandem.gitsync.points.Failpoint;
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
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a merge in progress: read from the repository or made here, and kept in memory until it is known which
 * of them the result needs. Virtual merge bases therefore leave no litter in the object store.
 *
 * <p>Names are byte strings in git; here they are ISO 8859-1 strings, which keep every byte and its order.
 */
final class NewObjects {
    private static final class Made {
        private final int type;
        private final byte[] bytes;

        Made(int type, byte[] bytes) {
            this.type = type;
            this.bytes = bytes;
        }
    }

    private final ObjectReader reader;
    private final ObjectInserter.Formatter formatter = new ObjectInserter.Formatter();
    private final Map<ObjectId, Made> made = new HashMap<>();

    NewObjects(ObjectReader reader) {
        this.reader = reader;
    }

    ObjectId put(int type, byte[] bytes) {
        ObjectId id = formatter.idFor(type, bytes);
        made.put(id, new Made(type, bytes));
        return id;
    }

    /** The bytes of a blob, or null where it is larger than {@code limit}. */
    byte @Nullable [] blob(ObjectId id, int limit) throws IOException {
        Made own = made.get(id);
        if (own != null) {
            return own.bytes.length <= limit ? own.bytes : null;
        }
        ObjectLoader loader = reader.open(id, Constants.OBJ_BLOB);
        return loader.getSize() <= limit ? loader.getCachedBytes(limit) : null;
    }

    /** The entries of a tree by name; a null entry is the empty tree. */
    Map<String, Entry> tree(@Nullable Entry tree) throws IOException {
        Map<String, Entry> entries = new TreeMap<>();
        if (tree == null) {
            return entries;
        }
        Made own = made.get(tree.id());
        CanonicalTreeParser parser = new CanonicalTreeParser();
        parser.reset(
                own != null
                        ? own.bytes
                        : reader.open(tree.id(), Constants.OBJ_TREE).getCachedBytes());
        byte[] name = new byte[0];
        for (; !parser.eof(); parser.next()) {
            if (name.length < parser.getNameLength()) {
                name = new byte[parser.getNameLength() + 64];
            }
            parser.getName(name, 0);
            entries.put(
                    new String(name, 0, parser.getNameLength(), StandardCharsets.ISO_8859_1),
                    new Entry(FileMode.fromBits(parser.getEntryRawMode()), parser.getEntryObjectId()));
        }
        return entries;
    }

    ObjectId putTree(Map<String, Entry> entries) {
        // Git sorts a directory as if its name ended in a slash.
        List<Map.Entry<String, Entry>> sorted = new ArrayList<>(entries.entrySet());
        sorted.sort(Comparator.comparing(e -> Entry.isTree(e.getValue()) ? e.getKey() + "/" : e.getKey()));
        TreeFormatter tree = new TreeFormatter();
        sorted.forEach(e -> tree.append(
                e.getKey().getBytes(StandardCharsets.ISO_8859_1),
                e.getValue().mode(),
                e.getValue().id()));
        return put(Constants.OBJ_TREE, tree.toByteArray());
    }

    /** Writes {@code tree} and what was made for it, children first. */
    void save(ObjectId tree, ObjectInserter inserter) throws IOException {
        Made own = made.get(tree);
        if (own == null) {
            return;
        }
        for (Entry child : tree(new Entry(FileMode.TREE, tree)).values()) {
            Made content = made.get(child.id());
            if (Entry.isTree(child)) {
                save(child.id(), inserter);
            } else if (content != null) {
                inserter.insert(content.type, content.bytes);
            }
        }
        inserter.insert(own.type, own.bytes);
        Failpoint.at("merge.tree");
    }
}
