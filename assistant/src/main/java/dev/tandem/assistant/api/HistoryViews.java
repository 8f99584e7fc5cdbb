package dev.tandem.assistant.api;

import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a user can look at in a folder's past, and the two things to be done about it: settling a conflict and undoing a
 * merge. Folders are named; paths are in the folder, with slashes; commits are 40 hex digits. All is bounded and says
 * where it ends. Any thread; blocks as long as reading takes.
 */
public interface HistoryViews {
    /** A page of what a folder's commits changed, newest first. */
    Steps steps(String folder, Paging paging) throws ActionFailed;

    /** One commit, with more of its paths than a page names. */
    Step step(String folder, String commit) throws ActionFailed;

    /** Files that were deleted and are not there again, those deleted last first. */
    DeletedFiles deleted(String folder) throws ActionFailed;

    /** The files and directories directly in a directory, as the last commit has them. */
    Directory directory(String folder, String path) throws ActionFailed;

    /** How two versions of a text differ. */
    Diff diff(String folder, Compared compared) throws ActionFailed;

    /**
     * The bytes of a version; the caller closes them. Fails if they are not on this device.
     *
     * @param commit of the version; none for the present
     */
    Content content(String folder, String path, Optional<String> commit) throws ActionFailed;

    /** Files of which a merge kept several versions, of one folder or all. */
    ConflictList conflicts(Optional<String> folder) throws ActionFailed;

    /**
     * Makes one version the file's content and deletes the others; fails if one is not what was shown.
     *
     * @param path the file's own name
     * @param keep the path of the version that stays
     */
    void keep(String folder, String path, String keep, List<Shown> sides) throws ActionFailed;

    /** Gives every version a name of its own; fails if one is not what was shown. */
    void keepBoth(String folder, String path, List<Shown> sides) throws ActionFailed;

    /** A page of the merges that Tandem made in a folder, newest first. */
    Merges merges(String folder, Paging paging) throws ActionFailed;

    /** One of them, with more of its files than a page names. */
    Merge merge(String folder, String commit) throws ActionFailed;

    /**
     * Sets the files that a merge combined back to one side's versions.
     *
     * @param side "one" or "two"
     * @param files the files to set back, each as it was seen, or null for all, of which none may have changed since
     */
    void undo(String folder, String merge, String side, @Nullable List<SeenFile> files) throws ActionFailed;

    /**
     * Which part of a list is wanted.
     *
     * @param head that the pages before began with; none for now
     * @param from 0, or the {@code next} of the page before
     */
    record Paging(Optional<String> head, int from, int limit) {}

    /**
     * Commits.
     *
     * @param next where to go on, or null at the beginning of history
     */
    record Steps(String head, List<Step> steps, @Nullable Integer next) {}

    /**
     * A commit.
     *
     * @param parent the one before, or null
     * @param automatic whether it is a merge that Tandem made
     * @param files how many it changed; {@code changes} has the first of them
     */
    record Step(
            String commit,
            @Nullable String parent,
            Instant time,
            String by,
            String message,
            boolean automatic,
            int files,
            List<Change> changes) {}

    /**
     * What became of a path.
     *
     * @param kind added, changed, deleted, renamed
     * @param from the older name, or null
     */
    record Change(String kind, String path, @Nullable String from) {}

    /** {@code complete} unless there may be more. */
    record DeletedFiles(List<Deleted> files, boolean complete) {}

    /**
     * A file that is no more.
     *
     * @param commit that deleted it
     * @param last the commit of which it can be restored
     */
    record Deleted(String path, String commit, String last, Instant time, String by) {}

    /** {@code complete} unless there are more. */
    record Directory(String path, List<Named> entries, boolean complete) {}

    /** A file or directory. */
    record Named(String name, boolean directory) {}

    /**
     * Two versions.
     *
     * @param to a commit; none for the present
     * @param from a commit, "parent" for the one before {@code to}, "nothing"
     * @param fromPath if the older version has another path
     * @param context lines to show around each difference
     */
    record Compared(String path, Optional<String> to, String from, Optional<String> fromPath, int context) {}

    /**
     * Differences.
     *
     * @param same whether both are the same bytes
     * @param hunks none unless both are texts
     * @param cut whether there are more
     */
    record Diff(DiffSide from, DiffSide to, boolean same, List<Hunk> hunks, boolean cut) {}

    /**
     * One side.
     *
     * @param kind none, text, binary, large, annexed, repository
     * @param size in bytes, -1 if there is none or it is not known
     */
    record DiffSide(String kind, long size) {}

    /**
     * Lines that differ, and those around them.
     *
     * @param lines each with its sign before it: space, minus, plus, or a backslash for a remark
     */
    record Hunk(int fromLine, int fromLines, int toLine, int toLines, List<String> lines) {}

    /** A file's last name, size in bytes, and bytes. */
    record Content(String name, long size, InputStream bytes) {}

    /** {@code complete} unless there are more. */
    record ConflictList(List<Conflict> conflicts, boolean complete) {}

    /**
     * A file in conflict.
     *
     * @param root the folder's directory
     * @param head the commit that was looked at
     */
    record Conflict(String folder, String root, String head, String path, List<Side> sides) {}

    /**
     * A version of it.
     *
     * @param variant whether it has a variant's name
     * @param id names its content
     * @param size in bytes, -1 if not known
     * @param by the device, or null if recent history does not tell; so {@code time}
     */
    record Side(
            String path,
            boolean variant,
            String id,
            long size,
            @Nullable String by,
            @Nullable Instant time) {}

    /**
     * A version as it was shown.
     *
     * @param name to give it, for {@link #keepBoth}; null for one that is free
     */
    record Shown(String path, String id, @Nullable String name) {}

    /** Merges; {@code next} as in {@link Steps}. */
    record Merges(String head, List<Merge> merges, @Nullable Integer next) {}

    /**
     * A merge.
     *
     * @param files how many both sides had changed; {@code combined} has the first of them
     */
    record Merge(
            String commit,
            Instant time,
            MergeSide one,
            MergeSide two,
            int files,
            List<Combined> combined,
            Taken fromOne,
            Taken fromTwo) {}

    /** What was merged, and the devices that it is of. */
    record MergeSide(String commit, Instant time, String by) {}

    /** Files that only one side had changed: how many, and some of them. */
    record Taken(int files, List<String> some) {}

    /**
     * A file that both sides had changed.
     *
     * @param how merged, kept-both, kept-edit, moved, took-one
     * @param variants where the other versions are since
     * @param one whether the first side has it; so {@code two} and {@code merged}
     * @param now as-merged, as-one, as-two, changed
     * @param seen names what it is now
     */
    record Combined(
            String path,
            String how,
            List<String> variants,
            boolean one,
            boolean two,
            boolean merged,
            String now,
            String seen) {}

    /** A file as it was seen. */
    record SeenFile(String path, String seen) {}
}
