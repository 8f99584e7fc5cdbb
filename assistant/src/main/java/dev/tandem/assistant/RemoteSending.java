package dev.tandem.assistant;

import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.Presence;
import dev.tandem.gitsync.annex.Wanted;
import dev.tandem.gitsync.remotes.GitRemote;
import dev.tandem.gitsync.remotes.RemoteContents;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends remotes the contents that they want and this device has, as {@code git annex sync --content} does: all, unless
 * {@code git annex wanted} says otherwise. One call at a time for each remote; blocks for as long as copying takes.
 */
final class RemoteSending {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteSending.class);

    /** So many are recorded together: each record is a commit of the git-annex branch. */
    private static final int TOGETHER = 256;

    private final FolderContents ours;
    private final RemoteContents remotes;
    private final Progress progress;

    RemoteSending(FolderContents ours, RemoteContents remotes, Progress progress) {
        this.ours = ours;
        this.remotes = remotes;
        this.progress = progress;
    }

    /** Sends what is wanted there; what was copied is recorded even if it breaks off. */
    void send(GitRemote remote, UUID annex) throws IOException {
        Set<Key> there = new HashSet<>();
        try {
            for (Map.Entry<Key, String> content : lacking(remote, annex).entrySet()) {
                Key key = content.getKey();
                if (remotes.has(remote, key) || copied(remote, key, content.getValue())) {
                    there.add(key);
                }
                if (there.size() >= TOGETHER) {
                    record(annex, there);
                }
            }
        } finally {
            record(annex, there);
        }
    }

    /** What is here, is wanted there, and is not known to be there; each with one of its files. */
    private Map<Key, String> lacking(GitRemote remote, UUID annex) throws IOException {
        Map<Key, List<String>> present = ours.present();
        Wanted wanted = Wanted.by(annex, ours.branch().settings());
        wanted.problem().ifPresent(problem -> LOG.warn("{}: {}", remote.name(), problem));
        Map<Key, String> lacking = new LinkedHashMap<>();
        ours.branch().copies(present.keySet(), (key, copies) -> {
            List<String> paths = present.getOrDefault(key, List.of());
            Set<UUID> holders = FolderContents.holders(copies);
            if (!holders.contains(annex)
                    && !paths.isEmpty()
                    && wanted.wants(new Wanted.File(
                            paths.get(0), key, holders, ours.copiesNeeded().of(paths)))) {
                lacking.put(key, paths.get(0));
            }
        });
        return lacking;
    }

    private boolean copied(GitRemote remote, Key key, String path) throws IOException {
        long size = key.sizeBytes().orElse(0);
        try (Progress.Transfer transfer = progress.send(key.toString(), path, remote.name(), size, 0)) {
            RemoteContents.Copied copied = remotes.send(remote, key, bytes -> {
                transfer.add(bytes);
                return !Thread.currentThread().isInterrupted();
            });
            if (copied == RemoteContents.Copied.NO_ROOM) {
                throw new IOException("there is no room on " + remote.name() + " for a content of " + size
                        + " bytes; free some space there");
            }
            return copied == RemoteContents.Copied.YES;
        }
    }

    private void record(UUID annex, Set<Key> there) throws IOException {
        Map<Key, Presence> copies = new LinkedHashMap<>();
        there.forEach(key -> copies.put(key, Presence.PRESENT));
        if (!copies.isEmpty()) {
            ours.branch().record(annex, copies);
        }
        there.clear();
    }
}
