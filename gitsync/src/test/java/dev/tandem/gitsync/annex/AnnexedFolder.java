package dev.tandem.gitsync.annex;

import dev.tandem.gitsync.repo.FolderRepository;
import dev.tandem.gitsync.repo.RepositorySetup;
import dev.tandem.gitsync.worktree.AnnexContents;
import dev.tandem.gitsync.worktree.WorkTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.jgit.lib.Repository;

/** A folder whose large files Tandem keeps beside git, wired as the daemon does it. */
final class AnnexedFolder implements AutoCloseable {
    final Path path;
    final FolderRepository repository;
    final Repository git;
    final AnnexBranch branch;
    final ContentStore store;
    final WorkTree tree;

    AnnexedFolder(Path path, boolean gitAnnexInstalled) throws IOException {
        this.path = path;
        repository =
                FolderRepository.createOrAdopt(path, new RepositorySetup(UUID::randomUUID, gitAnnexInstalled, "main"));
        git = repository.git();
        branch = new AnnexBranch(git, InstantSource.system());
        store = new ContentStore(git);
        tree = new WorkTree(
                git,
                InstantSource.system(),
                "U",
                "u@u",
                new AnnexContents(git, repository.uuid(), branch, store, key -> {}));
    }

    static Optional<Key> indexed(Repository git, String path) throws IOException {
        return new IndexedKeys(git).at(path);
    }

    /** Says what is large, as Tandem does when it creates a folder. */
    AnnexedFolder settle(String largefiles) throws IOException {
        branch.describe(repository.uuid(), String.valueOf(path.getFileName()));
        branch.configure("annex.largefiles", largefiles);
        branch.configure("annex.addunlocked", "true");
        return this;
    }

    AnnexedFolder write(String file, byte[] content) throws IOException {
        Path target = path.resolve(file);
        Files.createDirectories(target.resolveSibling(""));
        Files.write(target, content);
        return this;
    }

    /** Commits all. */
    void commitAll() throws IOException {
        tree.commitUnsettled(tree.scan());
    }

    @Override
    public void close() {
        repository.close();
    }
}
