package dev.tandem.gitsync.annex;

import dev.tandem.gitsync.repo.DurableNames;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.TreeFormatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes git objects that are on the disk before a branch names them: few as loose objects, which are flushed one by
 * one (JGit leaves that to the system), many in a pack. Belongs to one thread.
 */
final class DurableInserter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DurableInserter.class);
    /** From this many changed files on, each of which makes some objects, one pack is faster than its flushes. */
    private static final int PACK_MIN = 32;

    private final Repository git;
    private final ObjectInserter inserter;
    private final ObjectReader reader;
    private final boolean pack;
    private final List<ObjectId> written = new ArrayList<>();

    DurableInserter(Repository git, int files) {
        this.git = git;
        this.pack = files >= PACK_MIN && git.getObjectDatabase() instanceof ObjectDirectory;
        this.inserter = pack ? ((ObjectDirectory) git.getObjectDatabase()).newPackInserter() : git.newObjectInserter();
        this.reader = inserter.newReader();
    }

    /** Sees what was written so far. */
    ObjectReader reader() {
        return reader;
    }

    ObjectId blob(byte[] content) throws IOException {
        return noted(inserter.insert(Constants.OBJ_BLOB, content));
    }

    ObjectId tree(TreeFormatter tree) throws IOException {
        return noted(inserter.insert(tree));
    }

    ObjectId commit(CommitBuilder commit) throws IOException {
        return noted(inserter.insert(commit));
    }

    private ObjectId noted(ObjectId id) {
        if (!pack) {
            written.add(id);
        }
        return id;
    }

    /** Afterwards all that was written survives a power cut. */
    void flush() throws IOException {
        inserter.flush();
        if (git.getObjectDatabase() instanceof ObjectDirectory directory) {
            for (ObjectId id : written) {
                try (FileChannel file = FileChannel.open(directory.fileFor(id).toPath(), StandardOpenOption.READ)) {
                    file.force(true);
                } catch (NoSuchFileException e) {
                    LOG.debug("in a pack already: {}", id.name());
                }
            }
        }
        if (pack) {
            DurableNames.flushPacks(git);
        }
        written.clear();
    }

    @Override
    public void close() {
        reader.close();
        inserter.close();
    }
}
