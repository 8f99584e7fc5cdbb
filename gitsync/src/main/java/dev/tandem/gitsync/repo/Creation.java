package dev.tandem.gitsync.repo;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/** Sets a repository up in a directory, and takes back what it made if that fails half-way. */
final class Creation {
    private final Path path;
    private final RepositorySetup setup;
    private boolean madeDirectory;
    private boolean madeRepository;

    Creation(Path path, RepositorySetup setup) {
        this.path = path;
        this.setup = setup;
    }

    void run() throws IOException {
        checkPlace();
        if (!Files.exists(path)) {
            Files.createDirectories(path);
            madeDirectory = true;
        }
        checkWritable();
        if (!Files.exists(path.resolve(Constants.DOT_GIT))) {
            madeRepository = true;
            init();
        }
        try (Repository git = FolderRepository.git(path)) {
            new Settings(git).initialise(setup.uuids().get());
        }
    }

    private void checkPlace() throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new RepositoryException(
                    RepositoryException.Kind.NOT_A_DIRECTORY,
                    path + " is a file, not a directory; nothing was changed; choose a directory");
        }
        if (Files.exists(path.resolve("HEAD")) && Files.isDirectory(path.resolve("objects"))) {
            throw new RepositoryException(
                    RepositoryException.Kind.BARE,
                    path + " is a bare git repository without files to sync; nothing was changed; clone it and add the"
                            + " clone");
        }
        for (Path parent = path.getParent(); parent != null; parent = parent.getParent()) {
            if (Files.exists(parent.resolve(Constants.DOT_GIT)) || parent.endsWith(Constants.DOT_GIT)) {
                throw new RepositoryException(
                        RepositoryException.Kind.INSIDE_ANOTHER,
                        path + " lies inside the git repository " + parent
                                + "; nothing was changed; add that one, or a directory outside it");
            }
        }
    }

    /** By trying: permission bits say nothing to root, nor about a read-only mount. */
    private void checkWritable() throws IOException {
        Files.delete(Files.createTempFile(path, ".tandem-tmp-", ""));
    }

    private void init() throws IOException {
        DurableWrites.byDefault();
        try (Repository git = new FileRepositoryBuilder()
                .setGitDir(path.resolve(Constants.DOT_GIT).toFile())
                .setWorkTree(path.toFile())
                .build()) {
            git.create();
            git.updateRef(Constants.HEAD).link(Constants.R_HEADS + setup.initialBranch());
        }
    }

    /** Removes what this creation made; a repository that was there before stays. */
    void undo() throws IOException {
        if (madeRepository) {
            deleteTree(path.resolve(Constants.DOT_GIT));
        }
        if (madeDirectory) {
            Files.deleteIfExists(path);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path entry : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        }
    }

    /** The user's line for what the file system said. */
    static IOException explained(Path path, IOException failure) {
        String said = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        if (failure instanceof RepositoryException) {
            return failure;
        }
        if (said.contains("no space left")) {
            return new RepositoryException(
                    RepositoryException.Kind.DISK_FULL,
                    "the disk that holds " + path + " is full; nothing was changed; free some space and try again");
        }
        if (failure instanceof AccessDeniedException || failure instanceof FileSystemException) {
            return new RepositoryException(
                    RepositoryException.Kind.NOT_WRITABLE,
                    "cannot write in " + path + " (" + failure.getMessage()
                            + "); nothing was changed; give this user write permission there");
        }
        return failure;
    }
}
