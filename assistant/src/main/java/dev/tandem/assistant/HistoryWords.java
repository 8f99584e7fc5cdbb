package dev.tandem.assistant;

import dev.tandem.assistant.api.HistoryViews;
import dev.tandem.assistant.store.StoredFolder;
import dev.tandem.gitsync.history.AutomaticMerges;
import dev.tandem.gitsync.history.Conflicts;
import dev.tandem.gitsync.history.FolderHistory;
import dev.tandem.gitsync.history.TextDiff;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/** What history says, in the words of the API. */
final class HistoryWords {
    private HistoryWords() {}

    static @Nullable Integer next(OptionalInt next) {
        return next.isPresent() ? next.getAsInt() : null;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static HistoryViews.Step step(FolderHistory.Step step) {
        return new HistoryViews.Step(
                step.commit().name(),
                step.parent().map(ObjectId::name).orElse(null),
                step.time(),
                step.by(),
                step.message(),
                step.automatic(),
                step.files(),
                step.some().stream()
                        .map(change -> new HistoryViews.Change(
                                word(change.kind()),
                                change.path(),
                                change.from().orElse(null)))
                        .toList());
    }

    static HistoryViews.DeletedFiles deleted(FolderHistory.DeletedFiles files) {
        return new HistoryViews.DeletedFiles(
                files.files().stream()
                        .map(file -> new HistoryViews.Deleted(
                                file.path(), file.commit().name(), file.last().name(), file.time(), file.by()))
                        .toList(),
                files.complete());
    }

    static HistoryViews.Directory directory(String path, List<FolderHistory.Named> entries, int most) {
        return new HistoryViews.Directory(
                path,
                entries.stream()
                        .limit(most)
                        .map(entry -> new HistoryViews.Named(entry.name(), entry.isDirectory()))
                        .toList(),
                entries.size() <= most);
    }

    static HistoryViews.Diff diff(TextDiff diff) {
        return new HistoryViews.Diff(
                side(diff.from()),
                side(diff.to()),
                diff.same(),
                diff.hunks().stream()
                        .map(hunk -> new HistoryViews.Hunk(
                                hunk.fromLine(),
                                hunk.fromLines(),
                                hunk.toLine(),
                                hunk.toLines(),
                                hunk.lines().stream()
                                        .map(line -> line.sign() + line.text())
                                        .toList()))
                        .toList(),
                diff.cut());
    }

    private static HistoryViews.DiffSide side(TextDiff.Side side) {
        return new HistoryViews.DiffSide(word(side.kind()), side.sizeBytes());
    }

    static HistoryViews.Conflict conflict(StoredFolder folder, ObjectId head, Conflicts.Conflict conflict) {
        return new HistoryViews.Conflict(
                folder.name(),
                folder.path().toString(),
                head.name(),
                conflict.path(),
                conflict.sides().stream()
                        .map(side -> new HistoryViews.Side(
                                side.path(),
                                side.isVariant(),
                                side.blob().id().name(),
                                side.sizeBytes(),
                                side.origin().map(Conflicts.Origin::by).orElse(null),
                                side.origin().map(Conflicts.Origin::time).orElse(null)))
                        .toList());
    }

    static HistoryViews.Merge merge(AutomaticMerges.Merge merge) {
        return new HistoryViews.Merge(
                merge.commit().name(),
                merge.time(),
                side(merge.one()),
                side(merge.two()),
                merge.files(),
                merge.combined().stream().map(HistoryWords::combined).toList(),
                new HistoryViews.Taken(merge.fromOne().files(), merge.fromOne().some()),
                new HistoryViews.Taken(merge.fromTwo().files(), merge.fromTwo().some()));
    }

    private static HistoryViews.MergeSide side(AutomaticMerges.Side side) {
        return new HistoryViews.MergeSide(side.commit().name(), side.time(), side.by());
    }

    private static HistoryViews.Combined combined(AutomaticMerges.Combined file) {
        return new HistoryViews.Combined(
                file.path(),
                word(file.how()),
                file.variants(),
                file.one(),
                file.two(),
                file.merged(),
                word(file.now()),
                file.seen());
    }
}
