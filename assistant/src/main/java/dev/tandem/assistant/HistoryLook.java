package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.HistoryViews;
import dev.tandem.gitsync.history.AutomaticMerges;
import dev.tandem.gitsync.history.Conflicts;
import dev.tandem.gitsync.history.FileHistory;
import dev.tandem.gitsync.history.FileVersion;
import dev.tandem.gitsync.history.FolderHistory;
import dev.tandem.gitsync.history.Proposal;
import dev.tandem.gitsync.history.TextDiff;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * The past of the folders, as the dashboard shows it. What changes files is done in turn with all other work on them.
 */
final class HistoryLook implements HistoryViews {
    /** Paths that a page names of each commit. */
    private static final int PATHS_IN_A_PAGE = 20;

    /** Paths that a look at one commit names; more are counted. */
    private static final int PATHS_MAX = 1_000;

    private static final int DELETED_MAX = 500;
    private static final int CONFLICTS_MAX = 100;

    private final Folders folders;
    private final Records records;

    HistoryLook(Folders folders, Records records) {
        this.folders = folders;
        this.records = records;
    }

    /** Reading that may fail for reasons of the disk, or as a commit is asked for that is not here. */
    private interface Reading<T> {
        T of(OpenFolder folder, ObjectId head) throws IOException, ActionFailed;
    }

    private <T> T read(String name, Optional<String> head, Reading<T> reading) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        try {
            Optional<ObjectId> now = head.isPresent() ? Optional.of(commit(head.get())) : folder.head();
            if (now.isEmpty()) {
                throw new ActionFailed(ActionFailed.Kind.FAILED, name + " has no version yet: save a file in it first");
            }
            return reading.of(folder, now.get());
        } catch (MissingObjectException | IncorrectObjectTypeException notHere) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED, name + " has no such version: open its history anew and choose another");
        } catch (IOException unreadable) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED,
                    Diagnosis.of(folder.stored().path(), unreadable).line());
        }
    }

    private static ObjectId commit(String id) throws ActionFailed {
        if (!ObjectId.isId(id)) {
            throw new ActionFailed(ActionFailed.Kind.USAGE, "not a commit: " + id + "; 40 hex digits are expected");
        }
        return ObjectId.fromString(id);
    }

    @Override
    public Steps steps(String folder, Paging paging) throws ActionFailed {
        return read(folder, paging.head(), (open, head) -> {
            FolderHistory.Page page =
                    new FolderHistory(open.git()).page(head, paging.from(), paging.limit(), PATHS_IN_A_PAGE);
            return new Steps(
                    head.name(),
                    page.steps().stream().map(HistoryWords::step).toList(),
                    HistoryWords.next(page.next()));
        });
    }

    @Override
    public Step step(String folder, String commit) throws ActionFailed {
        ObjectId wanted = commit(commit);
        return read(
                folder,
                Optional.empty(),
                (open, head) -> HistoryWords.step(new FolderHistory(open.git()).step(wanted, PATHS_MAX)));
    }

    @Override
    public DeletedFiles deleted(String folder) throws ActionFailed {
        return read(
                folder,
                Optional.empty(),
                (open, head) -> HistoryWords.deleted(new FolderHistory(open.git()).deleted(head, DELETED_MAX)));
    }

    @Override
    public Directory directory(String folder, String path) throws ActionFailed {
        String within = path.isEmpty() ? path : checked(path);
        return read(
                folder,
                Optional.empty(),
                (open, head) -> HistoryWords.directory(
                        within, new FolderHistory(open.git()).directory(head, within, PATHS_MAX + 1), PATHS_MAX));
    }

    @Override
    public Diff diff(String folder, Compared compared) throws ActionFailed {
        return read(folder, Optional.empty(), (open, head) -> {
            ObjectId to = compared.to().isPresent() ? commit(compared.to().get()) : head;
            Optional<ObjectId> from = switch (compared.from()) {
                case "nothing" -> Optional.empty();
                case "parent" -> new FolderHistory(open.git()).step(to, 0).parent();
                default -> Optional.of(commit(compared.from()));
            };
            String fromPath = checked(compared.fromPath().orElse(compared.path()));
            return HistoryWords.diff(
                    TextDiff.of(open.git(), from, fromPath, to, checked(compared.path()), compared.context()));
        });
    }

    @Override
    public Content content(String folder, String path, Optional<String> commit) throws ActionFailed {
        Optional<ObjectId> wanted = commit.isPresent() ? Optional.of(commit(commit.get())) : Optional.empty();
        String file = checked(path);
        return read(folder, Optional.empty(), (open, head) -> {
            FileHistory history = new FileHistory(open.git(), file);
            FileVersion version = history.version(wanted.orElse(head))
                    .orElseThrow(() -> new ActionFailed(
                            ActionFailed.Kind.FAILED, "there is no " + file + " in that version: choose another"));
            String name = file.substring(file.lastIndexOf('/') + 1);
            if (version.key().isEmpty()) {
                return new Content(name, version.sizeBytes(), history.bytes(version));
            }
            Path content = open.contents()
                    .store()
                    .find(version.key().get())
                    .orElseThrow(() -> new ActionFailed(
                            ActionFailed.Kind.FAILED,
                            "the content of that version of " + file
                                    + " is not on this device: restore it, and it is fetched from one that has it"));
            return new Content(name, Files.size(content), Files.newInputStream(content));
        });
    }

    @Override
    public ConflictList conflicts(Optional<String> folder) throws ActionFailed {
        List<String> names = folder.isPresent()
                ? List.of(folder.get())
                : folders.all().stream()
                        .map(open -> open.stored().name())
                        .sorted()
                        .toList();
        List<Conflict> all = new ArrayList<>();
        boolean complete = true;
        for (String name : names) {
            OpenFolder open = folders.named(name);
            if (open.snapshot().tips().head() == null) {
                continue;
            }
            int most = CONFLICTS_MAX - all.size();
            complete &= read(name, Optional.empty(), (opened, head) -> {
                Conflicts.Listing listing = new Conflicts(opened.git()).list(head, most);
                listing.conflicts().forEach(one -> all.add(HistoryWords.conflict(opened.stored(), head, one)));
                return listing.complete();
            });
        }
        return new ConflictList(List.copyOf(all), complete);
    }

    @Override
    public void keep(String folder, String path, String keep, List<Shown> sides) throws ActionFailed {
        OpenFolder open = folders.named(folder);
        List<Conflicts.Shown> shown = shown(sides);
        change(
                open,
                paths(path, sides),
                head -> new Conflicts(open.git()).keep(head, path, keep, shown, open.signature()));
        records.note(folder, "conflict-settled", Map.of("path", path, "kept", keep));
        sides.forEach(side -> settled(open, side.path()));
    }

    @Override
    public void keepBoth(String folder, String path, List<Shown> sides) throws ActionFailed {
        OpenFolder open = folders.named(folder);
        List<Conflicts.Shown> shown = shown(sides);
        change(
                open,
                paths(path, sides),
                head -> new Conflicts(open.git()).keepAll(head, path, shown, open.signature()));
        records.note(folder, "conflict-settled", Map.of("path", path, "kept", "all"));
        sides.forEach(side -> settled(open, side.path()));
    }

    /** The alert about a variant ends with it. */
    private void settled(OpenFolder folder, String variant) {
        records.of(folder.stored()).clear("conflict " + variant);
    }

    private static List<Conflicts.Shown> shown(List<Shown> sides) throws ActionFailed {
        List<Conflicts.Shown> shown = new ArrayList<>();
        for (Shown side : sides) {
            shown.add(new Conflicts.Shown(side.path(), commit(side.id()), Optional.ofNullable(side.name())));
        }
        return shown;
    }

    private static Set<String> paths(String path, List<Shown> sides) throws ActionFailed {
        Set<String> paths = new LinkedHashSet<>(Set.of(checked(path)));
        for (Shown side : sides) {
            paths.add(checked(side.path()));
        }
        return paths;
    }

    /** A path in a folder and nowhere else: what is at these paths is read, and may be committed. */
    private static String checked(String path) throws ActionFailed {
        boolean bad = path.indexOf('\0') >= 0;
        for (String name : path.split("/", -1)) {
            bad |= name.isEmpty() || name.equals(".") || name.equals("..") || name.equalsIgnoreCase(".git");
        }
        if (bad) {
            throw new ActionFailed(
                    ActionFailed.Kind.USAGE, "not a path in a folder: " + path + "; nothing was changed");
        }
        return path;
    }

    @Override
    public Merges merges(String folder, Paging paging) throws ActionFailed {
        return read(folder, paging.head(), (open, head) -> {
            AutomaticMerges.Page page =
                    new AutomaticMerges(open.git()).page(head, paging.from(), paging.limit(), PATHS_IN_A_PAGE);
            return new Merges(
                    head.name(),
                    page.merges().stream().map(HistoryWords::merge).toList(),
                    HistoryWords.next(page.next()));
        });
    }

    @Override
    public Merge merge(String folder, String commit) throws ActionFailed {
        ObjectId wanted = commit(commit);
        Optional<AutomaticMerges.Merge> merge = read(
                folder,
                Optional.empty(),
                (open, head) -> new AutomaticMerges(open.git()).merge(head, wanted, PATHS_MAX));
        return HistoryWords.merge(merge.orElseThrow(() -> new ActionFailed(
                ActionFailed.Kind.FAILED, commit + " is no merge of Tandem's in " + folder + "; nothing was changed")));
    }

    @Override
    public void undo(String folder, String merge, String side, @Nullable List<SeenFile> files) throws ActionFailed {
        AutomaticMerges.Which which = switch (side) {
            case "one" -> AutomaticMerges.Which.ONE;
            case "two" -> AutomaticMerges.Which.TWO;
            default ->
                throw new ActionFailed(ActionFailed.Kind.USAGE, "side is \"one\" or \"two\", not \"" + side + "\"");
        };
        ObjectId commit = commit(merge);
        Map<String, String> seen = new HashMap<>();
        if (files != null) {
            files.forEach(file -> seen.put(file.path(), file.seen()));
        }
        Optional<Map<String, String>> only = files == null ? Optional.empty() : Optional.of(seen);
        Set<String> paths =
                read(folder, Optional.empty(), (open, head) -> new AutomaticMerges(open.git()).paths(commit));
        OpenFolder open = folders.named(folder);
        change(open, paths, head -> new AutomaticMerges(open.git()).undo(head, commit, which, only, open.signature()));
        records.note(folder, "merge-undone", Map.of("merge", merge, "side", side));
        paths.forEach(path -> settled(open, path));
    }

    private static void change(OpenFolder folder, Set<String> paths, Proposal.Maker maker) throws ActionFailed {
        try {
            Optional<String> obstacle = folder.rewrite(paths, maker);
            if (obstacle.isPresent()) {
                throw new ActionFailed(ActionFailed.Kind.FAILED, "nothing was changed: " + obstacle.get());
            }
        } catch (IOException failure) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED,
                    Diagnosis.of(folder.stored().path(), failure).line());
        }
    }
}
