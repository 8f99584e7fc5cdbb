package dev.tandem.gitsync.repo;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.RepositoryNotFoundException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.RepositoryState;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * The git repository of one folder, with its annex UUID and the one branch that Tandem keeps in sync.
 *
 * <p>Safe for use by any thread.
 */
public final class FolderRepository implements Closeable {
    private final Path path;
    private final Repository git;
    private final UUID uuid;
    private final String branch;

    private FolderRepository(Path path, Repository git, UUID uuid, String branch) {
        this.path = path;
        this.git = git;
        this.uuid = uuid;
        this.branch = branch;
    }

    /**
     * Makes sure that a repository stands in a directory, and opens it. An existing git or git-annex repository is
     * adopted as it is: no commit, branch or file of it is touched.
     *
     * @throws RepositoryException if the directory cannot be used; then nothing was left behind
     */
    public static FolderRepository createOrAdopt(Path directory, RepositorySetup setup) throws IOException {
        Path path = directory.toAbsolutePath().normalize();
        Creation creation = new Creation(path, setup);
        try {
            creation.run();
            return open(path, setup);
        } catch (IOException failed) {
            creation.undo();
            throw Creation.explained(path, failed);
        }
    }

    /**
     * Opens a repository that {@link #createOrAdopt} has set up, and brings its settings up to date with what is
     * installed.
     */
    public static FolderRepository open(Path directory, RepositorySetup setup) throws IOException {
        Path path = directory.toAbsolutePath().normalize();
        Repository git = git(path);
        try {
            if (git.getConfig().getBoolean("annex", "pidlock", false)) {
                throw new RepositoryException(
                        RepositoryException.Kind.OTHER_LOCKS,
                        "annex.pidlock is set for " + path + ", and Tandem takes git-annex's ordinary locks only;"
                                + " your files are untouched; if that file system can lock files, `git config --unset"
                                + " annex.pidlock` there and try again, otherwise move the folder to one that can");
            }
            Settings settings = new Settings(git);
            OwnLocks.removeStale(git);
            KilledCollection.clear(git);
            settings.followInstalledGitAnnex(setup.gitAnnexInstalled(), setup.ownFilter());
            String uuid = settings.uuid()
                    .orElseThrow(() -> new RepositoryException(
                            RepositoryException.Kind.BROKEN,
                            path + " has lost its annex.uuid: your files are untouched; `tandem remove` the folder and"
                                    + " add it again"));
            return new FolderRepository(path, git, UUID.fromString(uuid), branchOf(git));
        } catch (ConfigInvalidException broken) {
            git.close();
            throw new RepositoryException(
                    RepositoryException.Kind.BROKEN,
                    "the git configuration of " + path + " cannot be read; your files are untouched; correct "
                            + path.resolve(".git/config"));
        } catch (IOException | RuntimeException failed) {
            git.close();
            throw failed;
        }
    }

    static Repository git(Path path) throws IOException {
        DurableWrites.byDefault();
        try {
            Path dotGit = path.resolve(Constants.DOT_GIT);
            if (!Files.exists(dotGit)) {
                throw new RepositoryException(
                        RepositoryException.Kind.BROKEN,
                        "there is no git repository in " + path
                                + " any more; no file was touched; mount or restore the folder, or `tandem remove` it");
            }
            return new org.eclipse.jgit.storage.file.FileRepositoryBuilder()
                    .setWorkTree(path.toFile())
                    .setMustExist(true)
                    .setup()
                    .build();
        } catch (RepositoryNotFoundException missing) {
            throw new RepositoryException(
                    RepositoryException.Kind.BROKEN,
                    "the git repository in " + path + " cannot be read (" + missing.getMessage()
                            + "); no file was touched; run `git fsck` there");
        }
    }

    private static String branchOf(Repository git) throws IOException {
        Ref head = git.exactRef(Constants.HEAD);
        if (head == null || !head.isSymbolic()) {
            throw new RepositoryException(
                    RepositoryException.Kind.BROKEN,
                    git.getWorkTree() + " has no branch checked out, so Tandem does not know which one to sync; nothing"
                            + " was changed; check out a branch and try again");
        }
        return Repository.shortenRefName(head.getTarget().getName());
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    /** The annex UUID: who this repository is among all copies of the folder. */
    public UUID uuid() {
        return uuid;
    }

    /** The branch that is kept in sync, without {@code refs/heads/}: the one checked out when the folder was opened. */
    public String branch() {
        return branch;
    }

    /** JGit's own handle. */
    public Repository git() {
        return git;
    }

    /** The tip of the synced branch; empty while it has no commit. */
    public Optional<ObjectId> head() throws IOException {
        Ref ref = git.exactRef(Constants.R_HEADS + branch);
        return ref == null ? Optional.empty() : Optional.ofNullable(ref.getObjectId());
    }

    /** Why Tandem has to wait: an operation of the user's own git is under way. Empty when nothing is. */
    public Optional<String> busy() throws IOException {
        if (!Files.isRegularFile(git.getDirectory().toPath().resolve(Constants.HEAD))) {
            return Optional.of("the folder " + path
                    + " is not there (unmounted, moved or deleted?); nothing is changed anywhere until it is back");
        }
        Path lock = git.getDirectory().toPath().resolve("index.lock");
        if (Files.exists(lock) && !isOurs(lock)) {
            return Optional.of("another git command holds " + path.resolve(".git/index.lock")
                    + "; Tandem goes on when it is done");
        }
        RepositoryState state = git.getRepositoryState();
        if (state != RepositoryState.SAFE && state != RepositoryState.BARE) {
            return Optional.of("a git operation of yours is under way (" + state.getDescription()
                    + "); finish or abort it and Tandem goes on");
        }
        Ref head = git.exactRef(Constants.HEAD);
        if (head == null || !head.isSymbolic()) {
            return Optional.of("HEAD is detached; check out " + branch + " and Tandem goes on");
        }
        String current = Repository.shortenRefName(head.getTarget().getName());
        if (!current.equals(branch)) {
            return Optional.of(
                    current + " is checked out, and Tandem syncs " + branch + "; check that out and Tandem goes on");
        }
        return Optional.empty();
    }

    /** Our own locks have a second name; see the work tree's index. */
    private boolean isOurs(Path lock) throws IOException {
        Path second = git.getDirectory().toPath().resolve("tandem").resolve("index.lock");
        try {
            return Files.exists(second) && Files.isSameFile(lock, second);
        } catch (NoSuchFileException released) {
            return true; // in this moment, whoever held it
        }
    }

    /** Whether a commit is here at all, merged or not. */
    public boolean has(ObjectId commit) {
        try {
            return git.getObjectDatabase().has(commit);
        } catch (IOException unreadable) {
            return false; // then it is fetched again, which is the remedy
        }
    }

    /** Whether {@code ancestor} is {@code descendant} or one of its ancestors; false if either is not here. */
    public boolean reaches(ObjectId descendant, ObjectId ancestor) throws IOException {
        if (descendant.equals(ancestor)) {
            return has(ancestor);
        }
        try (RevWalk walk = new RevWalk(git)) {
            RevCommit old = walk.parseCommit(ancestor);
            return walk.isMergedInto(old, walk.parseCommit(descendant));
        } catch (MissingObjectException missing) {
            return false;
        }
    }

    @Override
    public void close() {
        git.close();
        if (git instanceof FileRepository file) {
            org.eclipse.jgit.lib.RepositoryCache.close(file);
        }
    }
}
