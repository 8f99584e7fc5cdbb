package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Status;
import dev.tandem.assistant.core.FolderSnapshot;
import dev.tandem.gitsync.remotes.GitRemote;
import dev.tandem.gitsync.remotes.RemoteException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a user asks of a folder's git remotes. Any thread. */
final class RemoteActions {
    private final Folders folders;
    private final Records records;

    RemoteActions(Folders folders, Records records) {
        this.folders = folders;
        this.records = records;
    }

    void add(String name, String remote, String url) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        try {
            folder.remotes().add(remote, url);
        } catch (RemoteException refused) {
            throw new ActionFailed(ActionFailed.Kind.USAGE, Diagnosis.brief(refused));
        } catch (IOException failed) {
            throw failed(folder, failed);
        }
        records.note(name, "remote-added", Map.of("remote", remote));
        folder.remotesChanged();
    }

    void remove(String name, String remote) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        try {
            if (!folder.remotes().remove(remote)) {
                throw new ActionFailed(
                        ActionFailed.Kind.FAILED,
                        name + " has no git remote " + remote + "; `tandem remote list " + name + "` names them");
            }
        } catch (IOException failed) {
            throw failed(folder, failed);
        }
        records.note(name, "remote-removed", Map.of("remote", remote));
        folder.remotesChanged();
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

    private static ActionFailed failed(OpenFolder folder, IOException failure) {
        return new ActionFailed(
                ActionFailed.Kind.FAILED,
                Diagnosis.of(folder.stored().path(), failure).line());
    }
}
