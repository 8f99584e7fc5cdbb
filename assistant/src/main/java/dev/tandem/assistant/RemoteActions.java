package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Status;
import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.core.FolderSnapshot;
import dev.tandem.gitsync.remotes.GitRemote;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a user asks of a folder's git remotes. Any thread. */
final class RemoteActions {
    /** A line of git's configuration. */
    private static final Duration WRITTEN = Duration.ofSeconds(25);

    private final Folders folders;
    private final CommandRunner commands;

    RemoteActions(Folders folders, CommandRunner commands) {
        this.folders = folders;
        this.commands = commands;
    }

    /** What came of it: the remote's name. */
    record Done(String remote) {}

    void add(String correlation, String name, String remote, String url) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        ask(correlation, folder, new Command.AddRemote(folder.uuid().toString(), remote, url));
    }

    void remove(String correlation, String name, String remote) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        ask(correlation, folder, new Command.RemoveRemote(folder.uuid().toString(), remote));
    }

    private void ask(String correlation, OpenFolder folder, Command command) throws ActionFailed {
        String asked = commands.submit(correlation, folder.uuid(), "remotes " + folder.uuid(), command);
        var unused = Answers.await(
                commands.result(asked),
                Done.class,
                WRITTEN,
                "the remotes of " + folder.stored().name()
                        + " are not changed yet; it goes on in the background; see `tandem remote list`");
    }

    /** Those of the configuration; how they stand is known only of those that the folder has seen. */
    List<Status.Remote> list(String name) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        Map<String, Status.Remote> known = new TreeMap<>();
        for (GitRemote remote : folder.remotes().synced()) {
            known.put(remote.name(), new Status.Remote(remote.name(), remote.url(), "unknown", null));
        }
        status(folder.snapshot()).forEach(remote -> known.computeIfPresent(remote.name(), (key, old) -> remote));
        return List.copyOf(known.values());
    }

    static List<Status.Remote> status(FolderSnapshot folder) {
        return folder.remotes().stream()
                .map(remote -> new Status.Remote(remote.name(), remote.url(), remote.state(), remote.lastError()))
                .toList();
    }
}
