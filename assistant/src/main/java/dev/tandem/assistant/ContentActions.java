package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.core.Event;
import dev.tandem.gitsync.annex.AnnexedFiles;
import dev.tandem.gitsync.annex.ContentStore;
import dev.tandem.gitsync.annex.DropCheck;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.Presence;
import dev.tandem.gitsync.annex.SharedSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a user asks of the contents of large files: get, drop, whereis. Any thread; blocks as long as that takes. */
final class ContentActions {
    private final Folders folders;

    ContentActions(Folders folders) {
        this.folders = folders;
    }

    /** The annexed files that a user means, of one folder. */
    private record Chosen(OpenFolder folder, Map<String, Key> files) {
        Map<Key, List<String>> byKey() {
            Map<Key, List<String>> byKey = new LinkedHashMap<>();
            files.forEach((path, key) ->
                    byKey.computeIfAbsent(key, k -> new ArrayList<>()).add(path));
            return byKey;
        }
    }

    List<Actions.Content> get(List<Path> paths, Duration timeout) throws ActionFailed {
        List<Chosen> chosen = choose(paths);
        List<Actions.Content> results = new ArrayList<>();
        for (Chosen some : chosen) {
            FolderContents contents = some.folder.contents();
            try {
                Set<Key> lacking = new LinkedHashSet<>();
                for (Key key : some.files.values()) {
                    if (!contents.store().has(key)) {
                        lacking.add(key);
                    }
                }
                if (!lacking.isEmpty()) {
                    lacking.forEach(contents::changed); // git-annex may have dropped it since it was counted
                    contents.ask(lacking);
                    await(some.folder, timeout);
                }
                for (Map.Entry<String, Key> file : some.files.entrySet()) {
                    results.add(gotten(some.folder, file.getKey(), file.getValue()));
                }
            } catch (IOException unreadable) {
                throw failed(some.folder, unreadable);
            }
        }
        return results;
    }

    private static void await(OpenFolder folder, Duration timeout) throws ActionFailed {
        try {
            folder.get().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new ActionFailed(
                    ActionFailed.Kind.TIMED_OUT,
                    "not all has come yet; it goes on in the background; see `tandem status`");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new ActionFailed(ActionFailed.Kind.FAILED, "the daemon is stopping; ask again when it is back");
        } catch (ExecutionException bug) {
            throw new IllegalStateException(bug);
        }
    }

    private static Actions.Content gotten(OpenFolder folder, String path, Key key) throws IOException {
        FolderContents contents = folder.contents();
        if (contents.store().has(key)) {
            return new Actions.Content(folder.stored().name(), path, true, null);
        }
        Set<UUID> holders = FolderContents.holders(contents.branch().copies(key));
        String where = holders.isEmpty() ? "no device is known to have it" : "last known on " + names(folder, holders);
        return new Actions.Content(
                folder.stored().name(), path, false, "cannot be had now: " + where + "; it comes when it can be had");
    }

    List<Actions.Content> drop(List<Path> paths, boolean force) throws ActionFailed {
        List<Actions.Content> results = new ArrayList<>();
        for (Chosen some : choose(paths)) {
            for (Map.Entry<Key, List<String>> content : some.byKey().entrySet()) {
                try {
                    String refusal = drop(some.folder, content.getKey(), force);
                    for (String path : content.getValue()) {
                        results.add(new Actions.Content(some.folder.stored().name(), path, refusal == null, refusal));
                    }
                } catch (IOException failure) {
                    throw failed(some.folder, failure);
                }
            }
            some.folder.post(new Event.GitMoved()); // the location log has moved
        }
        return List.copyOf(results);
    }

    /** Null if it is gone, or why it must stay. */
    private @Nullable String drop(OpenFolder folder, Key key, boolean force) throws IOException {
        FolderContents contents = folder.contents();
        List<String> files = contents.paths(key);
        String[] refusal = new String[1];
        ContentStore.Removed removed = contents.store().remove(key, () -> {
            DropCheck.Answer answer = force ? DropCheck.forced(key, folder.uuid()) : folder.judgeDrop(key, files);
            if (answer instanceof DropCheck.Refusal refused) {
                refusal[0] = "only " + refused.counted() + " of " + refused.needed()
                        + " other copies could be verified now; bring another device online, or use --force";
            } else {
                folder.emptyFiles(files);
                // before it goes: what is recorded as here and is not would be fetched again at once
                contents.record(Set.of(key), Presence.MISSING);
            }
            return answer;
        });
        return switch (removed) {
            case YES -> {
                contents.record(Set.of(key), Presence.MISSING); // also of one that had vanished before
                contents.arrived(Set.of(key));
                contents.changed(key);
                yield null;
            }
            case IN_USE -> "it is being sent, or another device is dropping its copy; try again in a moment";
            case REFUSED -> refusal[0];
        };
    }

    List<Actions.Whereis> whereis(List<Path> paths) throws ActionFailed {
        List<Actions.Whereis> results = new ArrayList<>();
        for (Chosen some : choose(paths)) {
            try {
                SharedSettings settings = some.folder.contents().branch().settings();
                for (Map.Entry<String, Key> file : some.files.entrySet()) {
                    List<Actions.Copy> copies = new ArrayList<>();
                    Map<UUID, Presence> known = some.folder.contents().branch().copies(file.getValue());
                    for (UUID holder : new TreeSet<>(FolderContents.holders(known))) {
                        copies.add(new Actions.Copy(
                                holder.toString(),
                                settings.descriptions().getOrDefault(holder, holder.toString()),
                                holder.equals(some.folder.uuid())));
                    }
                    results.add(new Actions.Whereis(
                            some.folder.stored().name(),
                            file.getKey(),
                            file.getValue().toString(),
                            List.copyOf(copies)));
                }
            } catch (IOException unreadable) {
                throw failed(some.folder, unreadable);
            }
        }
        return results;
    }

    private static String names(OpenFolder folder, Set<UUID> holders) throws IOException {
        Map<UUID, String> names = folder.contents().branch().descriptions();
        return holders.stream()
                .map(holder -> names.getOrDefault(holder, holder.toString()))
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private List<Chosen> choose(List<Path> paths) throws ActionFailed {
        Map<OpenFolder, Set<String>> prefixes = new LinkedHashMap<>();
        for (Path path : paths) {
            OpenFolder folder = folders.of(path);
            String relative = folder.stored().path().relativize(path).toString();
            prefixes.computeIfAbsent(folder, f -> new LinkedHashSet<>()).add(relative);
        }
        List<Chosen> chosen = new ArrayList<>();
        for (Map.Entry<OpenFolder, Set<String>> some : prefixes.entrySet()) {
            try {
                chosen.add(new Chosen(some.getKey(), annexed(some.getKey(), some.getValue())));
            } catch (IOException unreadable) {
                throw failed(some.getKey(), unreadable);
            }
        }
        if (chosen.stream().allMatch(some -> some.files.isEmpty())) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED,
                    "there is no large file at "
                            + paths.stream().map(Path::toString).collect(Collectors.joining(", "))
                            + ": other files are in git, on every device");
        }
        return chosen;
    }

    private static Map<String, Key> annexed(OpenFolder folder, Set<String> prefixes) throws IOException {
        Map<String, Key> files = new TreeMap<>();
        var head = folder.head();
        if (head.isPresent()) {
            AnnexedFiles.of(folder.git(), head.get(), (path, key, locked) -> {
                if (prefixes.stream()
                        .anyMatch(prefix -> prefix.isEmpty() || path.equals(prefix) || path.startsWith(prefix + "/"))) {
                    files.put(path, key);
                }
            });
        }
        return files;
    }

    private static ActionFailed failed(OpenFolder folder, IOException failure) {
        return new ActionFailed(
                ActionFailed.Kind.FAILED,
                Diagnosis.of(folder.stored().path(), failure).line());
    }
}
