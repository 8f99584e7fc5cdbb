package dev.tandem.gitsync.remotes;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.RepositoryCache;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.util.FS;

/** A remote on a path of this machine, as it is at this moment. Holds nothing open. */
record PathRemote(File gitDirectory, GitRemote remote) {
    private static final String SYNCED = "refs/synced/";

    /**
     * Finds the repository.
     *
     * @throws RemoteException that it is away, if there is none: the drive may not be mounted
     */
    static PathRemote open(GitRemote remote) throws RemoteException {
        Path path = remote.path().orElseThrow();
        if (!Files.isDirectory(path)) {
            throw RemoteException.away(path + " is not there");
        }
        File directory = RepositoryCache.FileKey.resolve(path.toFile(), FS.DETECTED);
        if (directory == null) {
            throw RemoteException.away("there is no git repository in " + path);
        }
        return new PathRemote(directory, remote);
    }

    Repository repository() throws IOException {
        return new FileRepositoryBuilder()
                .setGitDir(gitDirectory)
                .setMustExist(true)
                .build();
    }

    boolean isBare() throws IOException {
        try (Repository git = repository()) {
            return git.isBare();
        }
    }

    /** Its annex UUID, if it is a git-annex repository. */
    Optional<UUID> uuid() throws IOException {
        try (Repository git = repository()) {
            String uuid = git.getConfig().getString("annex", null, "uuid");
            return uuid == null ? Optional.empty() : Optional.of(UUID.fromString(uuid));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /** Whether all that it holds was fetched from it, as far as it is synced. */
    boolean holds(TrackedTips tips) throws IOException {
        Map<String, ObjectId> now = new TreeMap<>();
        try (Repository git = repository()) {
            for (String prefix : new String[] {Constants.R_HEADS, SYNCED}) {
                for (Ref ref : git.getRefDatabase().getRefsByPrefix(prefix)) {
                    String name = (prefix.equals(SYNCED) ? TrackedTips.TAGGED : "")
                            + ref.getName().substring(prefix.length());
                    if (TrackedTips.concerns(name, tips.branch()) && ref.getObjectId() != null) {
                        now.put(name, ref.getObjectId());
                    }
                }
            }
        }
        return tips.all().entrySet().containsAll(now.entrySet());
    }
}
