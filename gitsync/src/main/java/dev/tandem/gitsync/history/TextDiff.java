package dev.tandem.gitsync.history;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.diff.Edit;
import org.eclipse.jgit.diff.EditList;
import org.eclipse.jgit.diff.HistogramDiff;
import org.eclipse.jgit.diff.RawText;
import org.eclipse.jgit.diff.RawTextComparator;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * How two versions of a text differ, line by line. What is no text, or too large to be read by a person, is named as
 * such with its size and never read.
 *
 * @param same whether both hold the same bytes
 * @param hunks none unless both are text, or one text and the other nothing
 * @param cut whether there is more than these lines
 */
public record TextDiff(Side from, Side to, boolean same, List<Hunk> hunks, boolean cut) {
    /** As for merges: what is not merged line by line is not shown so either. */
    static final int TEXT_BYTES_MAX = 1 << 20;

    /** Finding the differences of files of ever more lines takes more than a person's patience. */
    static final int TEXT_LINES_MAX = 50_000;

    /** Lines of all hunks together; nobody reads more in a browser. */
    static final int SHOWN_LINES_MAX = 5_000;

    /** What stands on one side. */
    public enum Kind {
        NONE,
        TEXT,
        BINARY,
        LARGE,
        ANNEXED,
        REPOSITORY
    }

    /**
     * One of the two.
     *
     * @param sizeBytes of its content, -1 if unknown or there is none
     */
    public record Side(Kind kind, long sizeBytes) {}

    /**
     * Lines that differ, with some around them.
     *
     * @param fromLine the first one's number, from 1
     */
    public record Hunk(int fromLine, int fromLines, int toLine, int toLines, List<Line> lines) {}

    /**
     * One line.
     *
     * @param sign ' ' on both sides, '-' on the first only, '+' on the second only, '\' a remark about the line before
     * @param text without its end; what is not UTF-8 is replaced
     */
    public record Line(char sign, String text) {}

    private record Loaded(Side side, RawText text) {}

    /**
     * Of two versions, each a path in a commit; a path that is not in its commit is an empty side.
     *
     * @param from empty to compare with nothing
     * @param context lines around each difference
     */
    public static TextDiff of(
            Repository git, Optional<ObjectId> from, String fromPath, ObjectId to, String toPath, int context)
            throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            ObjectReader reader = walk.getObjectReader();
            Optional<Blob> one = from.isEmpty()
                    ? Optional.empty()
                    : Blob.at(reader, walk.parseCommit(from.get()).getTree(), fromPath);
            Optional<Blob> two = Blob.at(reader, walk.parseCommit(to).getTree(), toPath);
            return of(reader, one, two, context);
        }
    }

    static TextDiff of(ObjectReader reader, Optional<Blob> from, Optional<Blob> to, int context) throws IOException {
        Loaded a = load(reader, from);
        Loaded b = load(reader, to);
        boolean same = from.map(Blob::id).equals(to.map(Blob::id));
        if (same || !isShown(a) || !isShown(b)) {
            return new TextDiff(a.side, b.side, same, List.of(), false);
        }
        EditList edits = new HistogramDiff().diff(RawTextComparator.DEFAULT, a.text, b.text);
        List<Hunk> hunks = new ArrayList<>();
        int shown = 0;
        boolean cut = false;
        for (int first = 0; first < edits.size() && !cut; ) {
            int last = first;
            while (last + 1 < edits.size()
                    && edits.get(last + 1).getBeginA() - edits.get(last).getEndA() <= 2L * context) {
                last++;
            }
            Hunk hunk = hunk(a.text, b.text, edits.subList(first, last + 1), context, SHOWN_LINES_MAX - shown);
            hunks.add(hunk);
            shown += hunk.lines.size();
            first = last + 1;
            cut = shown >= SHOWN_LINES_MAX;
        }
        return new TextDiff(a.side, b.side, false, List.copyOf(hunks), cut);
    }

    private static boolean isShown(Loaded loaded) {
        return loaded.side.kind == Kind.TEXT || loaded.side.kind == Kind.NONE;
    }

    private static Loaded load(ObjectReader reader, Optional<Blob> blob) throws IOException {
        RawText empty = new RawText(new byte[0]);
        if (blob.isEmpty()) {
            return new Loaded(new Side(Kind.NONE, -1), empty);
        }
        long size = blob.get().sizeBytes(reader);
        if (blob.get().isNestedRepository()) {
            return new Loaded(new Side(Kind.REPOSITORY, size), empty);
        }
        if (blob.get().key(reader).isPresent()) {
            return new Loaded(new Side(Kind.ANNEXED, size), empty);
        }
        if (size > TEXT_BYTES_MAX) {
            return new Loaded(new Side(Kind.LARGE, size), empty);
        }
        byte[] bytes = reader.open(blob.get().id(), Constants.OBJ_BLOB).getCachedBytes(TEXT_BYTES_MAX);
        if (RawText.isBinary(bytes, bytes.length, true)) {
            return new Loaded(new Side(Kind.BINARY, size), empty);
        }
        RawText text = new RawText(bytes);
        return text.size() > TEXT_LINES_MAX
                ? new Loaded(new Side(Kind.LARGE, size), empty)
                : new Loaded(new Side(Kind.TEXT, size), text);
    }

    private static Hunk hunk(RawText a, RawText b, List<Edit> edits, int context, int most) {
        Edit first = edits.get(0);
        Edit last = edits.get(edits.size() - 1);
        int beginA = Math.max(0, first.getBeginA() - context);
        int beginB = Math.max(0, first.getBeginB() - context);
        int endA = (int) Math.min(a.size(), last.getEndA() + (long) context);
        int endB = (int) Math.min(b.size(), last.getEndB() + (long) context);
        List<Line> lines = new ArrayList<>();
        int at = beginA;
        for (Edit edit : edits) {
            add(lines, ' ', a, at, edit.getBeginA(), most);
            add(lines, '-', a, edit.getBeginA(), edit.getEndA(), most);
            add(lines, '+', b, edit.getBeginB(), edit.getEndB(), most);
            at = edit.getEndA();
        }
        add(lines, ' ', a, at, endA, most);
        return new Hunk(beginA + 1, endA - beginA, beginB + 1, endB - beginB, List.copyOf(lines));
    }

    private static void add(List<Line> lines, char sign, RawText text, int begin, int end, int most) {
        for (int line = begin; line < end && lines.size() < most; line++) {
            lines.add(new Line(
                    sign, StandardCharsets.UTF_8.decode(text.getRawString(line)).toString()));
            if (line == text.size() - 1 && text.isMissingNewlineAtEnd() && sign != ' ') {
                lines.add(new Line('\\', "No newline at the end of the file"));
            }
        }
    }
}
