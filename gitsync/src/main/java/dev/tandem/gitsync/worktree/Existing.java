package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectDatabase;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;

/**
 * Notes which of the objects that are written were there before: the user's git may have written them a moment ago, and
 * does not flush them. What this process writes is flushed as it is written, and need not be flushed a second time.
 */
final class Existing extends ObjectInserter.Filter {
    private final ObjectDatabase objects;
    private final ObjectInserter inserter;
    private final Set<ObjectId> ids = new HashSet<>();

    Existing(ObjectDatabase objects, ObjectInserter inserter) {
        this.objects = objects;
        this.inserter = inserter;
    }

    /** Those that were there; what came as a stream counts as such. */
    Set<ObjectId> ids() {
        return ids;
    }

    @Override
    protected ObjectInserter delegate() {
        return inserter;
    }

    @Override
    public ObjectId insert(int type, byte[] data, int offset, int length) throws IOException {
        ObjectId id = idFor(type, data, offset, length);
        if (objects.has(id)) {
            ids.add(id);
            return id;
        }
        return super.insert(type, data, offset, length);
    }

    @Override
    public ObjectId insert(int type, long length, InputStream in) throws IOException {
        ObjectId id = super.insert(type, length, in);
        ids.add(id);
        return id;
    }
}
