package dev.tandem.gitsync.merge;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jgit.diff.RawText;
import org.eclipse.jgit.diff.RawTextComparator;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.merge.MergeAlgorithm;
import org.eclipse.jgit.merge.MergeFormatter;
import org.eclipse.jgit.merge.MergeResult;
import org.jspecify.annotations.Nullable;

/** Line-by-line merge of two texts, where both can have their way. */
final class TextMerge {
    /** Larger files are not merged but kept twice: a diff holds them in memory several times over. */
    private static final int MAX_BYTES = 8 << 20;

    private final ObjectReader reader;
    private final ObjectInserter inserter;

    TextMerge(ObjectReader reader, ObjectInserter inserter) {
        this.reader = reader;
        this.inserter = inserter;
    }

    /** The blob with both edits; null if they touch the same lines, or one side is no text. */
    @Nullable
    ObjectId merge(ObjectId base, ObjectId one, ObjectId two) throws IOException {
        RawText before = text(base);
        RawText left = text(one);
        RawText right = text(two);
        if (before == null || left == null || right == null) {
            return null;
        }
        MergeResult<RawText> merged = new MergeAlgorithm().merge(RawTextComparator.DEFAULT, before, left, right);
        if (merged.containsConflicts()) {
            return null;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new MergeFormatter().formatMerge(out, merged, List.of("base", "one", "two"), StandardCharsets.UTF_8);
        return inserter.insert(Constants.OBJ_BLOB, out.toByteArray());
    }

    private @Nullable RawText text(ObjectId id) throws IOException {
        ObjectLoader loader = reader.open(id, Constants.OBJ_BLOB);
        if (loader.getSize() > MAX_BYTES) {
            return null;
        }
        byte[] content = loader.getCachedBytes();
        return RawText.isBinary(content, content.length, true) ? null : new RawText(content);
    }
}
