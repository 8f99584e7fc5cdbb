package dev.tandem.gitsync.remotes;

import dev.tandem.gitsync.merge.ConvergentMerge;
import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/** A folder with one remote called shared, and what the daemon does with it. */
final class RemoteSide implements AutoCloseable {
    final TempFolder folder;
    final GitRemotes remotes;
    final RemoteExchange exchange;
    final GitRemote remote;
    private final Access access;

    RemoteSide(Path path, TempFolder.Clock clock, String url, Path home, Map<String, String> environment)
            throws IOException {
        folder = new TempFolder(path, clock);
        folder.repository.git().getConfig().save(); // no background gc, also after the configuration is read again
        access = new Access(clock, home, environment);
        remotes = new GitRemotes(folder.repository.git());
        remotes.add("shared", url);
        remote = remotes.named("shared").orElseThrow();
        exchange = new RemoteExchange(folder.repository, folder.annex, remotes, access);
    }

    RemoteExchange.Held fetch() throws IOException {
        return exchange.fetch(remote);
    }

    RemoteExchange.Pushed push() throws IOException {
        return exchange.push(remote, false);
    }

    void merge() throws IOException {
        List<ObjectId> heads = new ArrayList<>(exchange.heads());
        folder.head().ifPresent(heads::add);
        folder.annex.union(exchange.annexTips());
        folder.tree.checkOut(
                ConvergentMerge.merge(folder.repository.git(), heads).head(), (path, content) -> Optional.empty());
    }

    /** Until the remote holds the same. */
    void sync() throws IOException {
        for (int i = 0; i < 10; i++) {
            if (fetch().news()) {
                merge();
            }
            RemoteExchange.Pushed pushed = push();
            if (!pushed.overtaken() && pushed.held().head().equals(folder.head())) {
                return;
            }
        }
        throw new AssertionError("no end");
    }

    void writes(String file, String content) throws IOException {
        folder.write(file, content).commitAll();
    }

    @Override
    public void close() {
        access.close();
        folder.close();
    }
}
