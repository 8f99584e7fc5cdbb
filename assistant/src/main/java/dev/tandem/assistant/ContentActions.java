package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.commands.Command;
import dev.tandem.gitsync.annex.AnnexedFiles;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.Presence;
import dev.tandem.gitsync.annex.SharedSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/** What a user asks of the contents of large files: get, drop, whereis. Any thread; blocks as long as that takes. */
final class ContentActions {
    /** A drop asks devices for each content; nobody waits for longer. */
    private static final Duration DROP = Duration.ofHours(1);

    private final Folders folders;
    private final CommandRunner commands;

    ContentActions(Folders folders, CommandRunner commands) {
        this.folders = folders;
        this.commands = commands;
    }

    /** The annexed files that a user means, of one folder. */
    private record Chosen(OpenFolder folder, List<String> prefixes, Map<String, Key> files) {}

    /** What came of a command on contents. */
    record Contents(List<Actions.Content> files) {}

    List<Actions.Content> get(String correlation, List<Path> paths, Duration timeout) throws ActionFailed {
        Map<OpenFolder, String> asked = new LinkedHashMap<>();
        for (Chosen some : choose(paths)) {
            String under = correlation + " " + some.folder.uuid();
            Command.Get command = new Command.Get(some.folder.uuid().toString(), some.prefixes, List.of());
            asked.put(some.folder, commands.submit(under, some.folder.uuid(), "get " + under, command));
        }
        return results(
                asked.values(), timeout, "not all has come yet; it goes on in the background; see `tandem status`");
    }

    List<Actions.Content> drop(String correlation, List<Path> paths, boolean force) throws ActionFailed {
        Map<OpenFolder, String> asked = new LinkedHashMap<>();
        for (Chosen some : choose(paths)) {
            String under = correlation + " " + some.folder.uuid();
            Command.Drop command = new Command.Drop(some.folder.uuid().toString(), some.prefixes, force, Map.of());
            asked.put(some.folder, commands.submit(under, some.folder.uuid(), "drop " + some.folder.uuid(), command));
        }
        return results(asked.values(), DROP, "it is not done yet; it goes on in the background; see `tandem whereis`");
    }

    private List<Actions.Content> results(Collection<String> correlations, Duration timeout, String late)
            throws ActionFailed {
        List<Actions.Content> results = new ArrayList<>();
        long begin = System.nanoTime();
        for (String correlation : correlations) {
            Duration left = timeout.minusNanos(System.nanoTime() - begin);
            results.addAll(Answers.await(commands.result(correlation), Contents.class, left, late)
                    .files());
        }
        return List.copyOf(results);
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
                chosen.add(new Chosen(
                        some.getKey(), List.copyOf(some.getValue()), annexed(some.getKey(), some.getValue())));
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

    /** The annexed files of the head at or under some paths. */
    static Map<String, Key> annexed(OpenFolder folder, Collection<String> prefixes) throws IOException {
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
