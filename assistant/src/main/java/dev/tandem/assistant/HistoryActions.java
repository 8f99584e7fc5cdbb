package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.commands.Command;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.history.Blob;
import dev.tandem.gitsync.history.FileHistory;
import dev.tandem.gitsync.history.FileVersion;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/** What a user asks of the versions of a file. Any thread; blocks as long as that takes. */
final class HistoryActions {
    /** A file that is saved every minute has as many in a month; what is older can be named all the same. */
    private static final int VERSIONS_MAX = 50_000;

    private final Folders folders;
    private final CommandRunner commands;

    HistoryActions(Folders folders, CommandRunner commands) {
        this.folders = folders;
        this.commands = commands;
    }

    List<Actions.Version> history(Path file) throws ActionFailed {
        OpenFolder folder = folders.of(file);
        String path = inside(folder, file);
        try {
            Optional<ObjectId> head = folder.head();
            List<Actions.Version> versions = new ArrayList<>();
            if (head.isPresent()) {
                FileHistory history = new FileHistory(folder.git(), path);
                Optional<Blob> present = history.present(head.get());
                for (FileVersion version : history.of(head.get(), VERSIONS_MAX)) {
                    versions.add(version(folder, version, present.map(Blob::id).equals(version.blob())));
                }
            }
            if (versions.isEmpty()) {
                throw new ActionFailed(
                        ActionFailed.Kind.FAILED,
                        "there never was a version of " + path + " in "
                                + folder.stored().name() + ": check the path; what git ignores has no history");
            }
            return List.copyOf(versions);
        } catch (IOException unreadable) {
            throw failed(folder, unreadable);
        }
    }

    private static Actions.Version version(OpenFolder folder, FileVersion version, boolean present) throws IOException {
        Optional<Key> key = version.key();
        boolean here = !version.isDeletion()
                && (key.isEmpty() || folder.contents().store().has(key.get()));
        return new Actions.Version(
                version.commit().name(),
                version.time(),
                version.by(),
                version.message(),
                version.isDeletion(),
                version.sizeBytes(),
                key.map(Key::toString).orElse(null),
                here,
                present);
    }

    /** What came of a restoration. */
    record Restored(String path, String commit, long timeMillis, boolean here) {}

    Actions.Restored restore(String correlation, Path file, String at, Optional<Path> to) throws ActionFailed {
        OpenFolder folder = folders.of(file);
        String path = inside(folder, file);
        String target = to.isPresent() ? inside(folder, to.get()) : path;
        String asked = commands.submit(
                correlation,
                folder.uuid(),
                "restore " + folder.uuid(),
                new Command.Restore(folder.uuid().toString(), path, at, target, null, null));
        Restored done = Answers.await(
                commands.result(asked),
                Restored.class,
                RestoreSteps.CONTENT.plusMinutes(1),
                target + " is not restored yet; it goes on in the background; see `tandem history`");
        return new Actions.Restored(
                folder.stored().name(), done.path, done.commit, Instant.ofEpochMilli(done.timeMillis), done.here);
    }

    private static String inside(OpenFolder folder, Path file) throws ActionFailed {
        Path root = folder.stored().path();
        if (!file.startsWith(root) || file.equals(root)) {
            throw new ActionFailed(
                    ActionFailed.Kind.USAGE, file + " is no file of the folder " + root + "; nothing was changed");
        }
        return root.relativize(file).toString().replace(File.separatorChar, '/');
    }

    private static ActionFailed failed(OpenFolder folder, IOException failure) {
        return new ActionFailed(
                ActionFailed.Kind.FAILED,
                Diagnosis.of(folder.stored().path(), failure).line());
    }
}
