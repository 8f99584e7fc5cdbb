package dev.tandem.assistant.testing;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.HistoryViews;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A past with one of everything; what it is asked is noted. Any thread. */
public final class FakeHistoryViews implements HistoryViews {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final String HEAD = "b".repeat(40);
    private static final String OLD = "c".repeat(40);

    /** Where the questions go; may fail instead. */
    public interface Notes {
        void add(String line) throws ActionFailed;
    }

    private final Notes notes;

    public FakeHistoryViews(Notes notes) {
        this.notes = notes;
    }

    private static final Step STEP =
            new Step(HEAD, OLD, NOON, "laptop", "Changed note.txt", false, 2, List.of(new Change("renamed", "b", "a")));

    private static final Merge MERGE = new Merge(
            HEAD,
            NOON,
            new MergeSide(OLD, NOON, "laptop"),
            new MergeSide(HEAD, NOON, "phone"),
            1,
            List.of(new Combined("note.txt", "merged", List.of(), true, true, true, "as-merged", "-")),
            new Taken(2, List.of("a", "b")),
            new Taken(0, List.of()));

    @Override
    public Steps steps(String folder, Paging paging) throws ActionFailed {
        notes.add("steps " + folder + " " + paging);
        return new Steps(HEAD, List.of(STEP), 1);
    }

    @Override
    public Step step(String folder, String commit) throws ActionFailed {
        notes.add("step " + folder + " " + commit);
        return STEP;
    }

    @Override
    public DeletedFiles deleted(String folder) throws ActionFailed {
        notes.add("deleted " + folder);
        return new DeletedFiles(List.of(new Deleted("gone", HEAD, OLD, NOON, "phone")), true);
    }

    @Override
    public Directory directory(String folder, String path) throws ActionFailed {
        notes.add("directory " + folder + " " + path);
        return new Directory(path, List.of(new Named("note.txt", false), new Named("photos", true)), true);
    }

    @Override
    public Diff diff(String folder, Compared compared) throws ActionFailed {
        notes.add("diff " + folder + " " + compared);
        return new Diff(
                new DiffSide("text", 2),
                new DiffSide("text", 2),
                false,
                List.of(new Hunk(1, 1, 1, 1, List.of("-a", "+b"))),
                false);
    }

    @Override
    public Content content(String folder, String path, Optional<String> commit) throws ActionFailed {
        notes.add("content " + folder + " " + path + " " + commit);
        return new Content(path, 3, new ByteArrayInputStream(new byte[] {1, 2, 3}));
    }

    @Override
    public ConflictList conflicts(Optional<String> folder) throws ActionFailed {
        notes.add("conflicts " + folder);
        List<Side> sides = List.of(
                new Side("note.txt", false, HEAD, 2, "phone", NOON),
                new Side("note.variant-12ab.txt", true, OLD, 2, null, null));
        return new ConflictList(List.of(new Conflict("notes", "/home/alice/notes", HEAD, "note.txt", sides)), true);
    }

    @Override
    public void keep(String folder, String path, String keep, List<Shown> sides) throws ActionFailed {
        notes.add("keep " + folder + " " + path + " " + keep + " " + sides);
    }

    @Override
    public void keepBoth(String folder, String path, List<Shown> sides) throws ActionFailed {
        notes.add("keepBoth " + folder + " " + path + " " + sides);
    }

    @Override
    public Merges merges(String folder, Paging paging) throws ActionFailed {
        notes.add("merges " + folder + " " + paging);
        return new Merges(HEAD, List.of(MERGE), null);
    }

    @Override
    public Merge merge(String folder, String commit) throws ActionFailed {
        notes.add("merge " + folder + " " + commit);
        return MERGE;
    }

    @Override
    public void undo(String folder, String merge, String side, @Nullable List<SeenFile> files) throws ActionFailed {
        notes.add("undo " + folder + " " + merge + " " + side + " " + files);
    }
}
