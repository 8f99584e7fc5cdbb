package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.history.FileHistory;
import dev.tandem.gitsync.history.FileVersion;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jgit.lib.ObjectId;

/** What a user asks of the versions of a file. Any thread; blocks as long as that takes. */
final class HistoryActions {
    /** A file that is saved every minute has as many in a month; what is older can be named all the same. */
    private static final int VERSIONS_MAX = 50_000;

    /** How long a restored large file's content is waited for; it comes later all the same. */
    private static final Duration CONTENT = Duration.ofMinutes(5);

    private final Folders folders;
    private final Records records;

    HistoryActions(Folders folders, Records records) {
        this.folders = folders;
        this.records = records;
    }

    List<Actions.Version> history(Path file) throws ActionFailed {
        OpenFolder folder = folders.of(file);
        String path = inside(folder, file);
        try {
            Optional<ObjectId> head = folder.head();
            List<Actions.Version> versions = new ArrayList<>();
            if (head.isPresent()) {
                for (FileVersion version : new FileHistory(folder.git(), path).of(head.get(), VERSIONS_MAX)) {
                    versions.add(version(folder, version));
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

    private static Actions.Version version(OpenFolder folder, FileVersion version) throws IOException {
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
                here);
    }

    Actions.Restored restore(Path file, String at, Optional<Path> to) throws ActionFailed {
        OpenFolder folder = folders.of(file);
        String path = inside(folder, file);
        String target = to.isPresent() ? inside(folder, to.get()) : path;
        try {
            Optional<ObjectId> head = folder.head();
            Optional<FileVersion> found = head.isEmpty()
                    ? Optional.empty()
                    : new FileHistory(folder.git(), path).at(head.get(), at, ZoneId.systemDefault());
            FileVersion version = found.orElseThrow(() -> new ActionFailed(
                    ActionFailed.Kind.FAILED,
                    "there is no version of " + path + " at \"" + at
                            + "\": nothing was changed; `tandem history` lists the versions"));
            Optional<String> obstacle = folder.restore(version, target);
            if (obstacle.isPresent()) {
                throw new ActionFailed(
                        ActionFailed.Kind.FAILED, target + " was not restored: " + obstacle.get() + "; try again then");
            }
            String commit = version.commit().name();
            records.note(folder.stored().name(), "restored", Map.of("path", target, "from", path, "commit", commit));
            boolean here =
                    version.key().isEmpty() || isHere(folder, version.key().get());
            return new Actions.Restored(folder.stored().name(), target, commit, version.time(), here);
        } catch (IOException failure) {
            throw failed(folder, failure);
        }
    }

    private static boolean isHere(OpenFolder folder, Key key) throws IOException, ActionFailed {
        FolderContents contents = folder.contents();
        if (!contents.store().has(key)) {
            contents.changed(key);
            contents.ask(Set.of(key));
            try {
                folder.get().get(CONTENT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException late) {
                return false;
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return false;
            } catch (ExecutionException bug) {
                throw new IllegalStateException(bug);
            }
        }
        return contents.store().has(key);
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
