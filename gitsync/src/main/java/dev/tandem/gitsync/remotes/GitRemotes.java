package dev.tandem.gitsync.remotes;

import dev.tandem.gitsync.repo.DurableConfig;
import dev.tandem.gitsync.repo.OwnLocks;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.transport.RemoteConfig;
import org.eclipse.jgit.transport.URIish;

/**
 * The git remotes of one repository. They are kept in git's configuration and nowhere else, so that {@code git} and
 * {@code git annex} have the same ones. Thread-safe; a configuration that the user's git is writing is read as it was.
 */
public final class GitRemotes {
    private static final String REMOTE = "remote";
    private static final int NAME_MAX = 200;

    private final Repository git;

    /** The remotes of that repository. */
    public GitRemotes(Repository git) {
        this.git = git;
    }

    /** Those that are to be synced with: git's own kind, and not excluded by {@code remote.N.annex-sync}. */
    public List<GitRemote> synced() {
        List<GitRemote> remotes = new ArrayList<>();
        StoredConfig config = git.getConfig();
        for (String name : config.getSubsections(REMOTE)) {
            if (config.getBoolean(REMOTE, name, "annex-sync", true)) {
                Optional<URIish> uri = uri(config, name);
                uri.filter(GitRemotes::isGitsOwn).ifPresent(known -> remotes.add(remote(config, name, known)));
            }
        }
        return List.copyOf(remotes);
    }

    /** The one of that name; empty if there is none to sync with. */
    public Optional<GitRemote> named(String name) {
        return synced().stream().filter(remote -> remote.name().equals(name)).findFirst();
    }

    /**
     * Adds a remote; does nothing if it is there already with the same address.
     *
     * @throws RemoteException refused, with one line for the user: the name or the address cannot be used, or the name
     *     is taken
     */
    public void add(String name, String url) throws IOException {
        check(name, url);
        StoredConfig config = git.getConfig();
        String known = config.getString(REMOTE, name, "url");
        if (known != null && !known.equals(url)) {
            throw RemoteException.refused("there is a remote " + name + " with another address ("
                    + withoutPassword(known) + "); nothing was changed; choose another name or remove that one");
        }
        config.setString(REMOTE, name, "url", url);
        config.setString(REMOTE, name, "fetch", "+refs/heads/*:" + tracking(name) + "*");
        config.unset(REMOTE, name, "annex-sync"); // it was asked for
        DurableConfig.save(git, config);
    }

    /** Whether git's configuration has a remote of that name. */
    public boolean isKnown(String name) {
        return git.getConfig().getSubsections(REMOTE).contains(name);
    }

    /** Forgets a remote and what was fetched from it; false if there was none. What was merged stays. */
    public boolean remove(String name) throws IOException {
        StoredConfig config = git.getConfig();
        if (!config.getSubsections(REMOTE).contains(name)) {
            return false;
        }
        // first, as what is cut short here is found again by the configuration
        for (Ref ref : git.getRefDatabase().getRefsByPrefix(tracking(name))) {
            RefUpdate update = git.updateRef(ref.getName(), true);
            update.setForceUpdate(true);
            var unused = OwnLocks.noted(git, ref.getName(), update::delete);
        }
        config.unsetSection(REMOTE, name);
        for (String branch : config.getSubsections("branch")) {
            if (name.equals(config.getString("branch", branch, REMOTE))) {
                config.unset("branch", branch, REMOTE);
                config.unset("branch", branch, "merge");
            }
        }
        DurableConfig.save(git, config);
        return true;
    }

    /** Where git keeps what was fetched from a remote. */
    static String tracking(String name) {
        return Constants.R_REMOTES + name + "/";
    }

    /** The address to use, made absolute; it may hold a password. */
    URIish address(GitRemote remote) throws IOException {
        if (remote.path().isPresent()) {
            return new URIish().setPath(remote.path().get().toString());
        }
        return uri(git.getConfig(), remote.name())
                .orElseThrow(() -> RemoteException.refused("there is no remote " + remote.name() + " any more"));
    }

    private void check(String name, String url) throws IOException {
        if (name.startsWith("-")
                || name.endsWith(".lock")
                || name.length() > NAME_MAX
                || !Repository.isValidRefName(tracking(name) + Constants.MASTER)) {
            throw RemoteException.refused("\"" + name + "\" cannot be the name of a git remote; nothing was changed");
        }
        try {
            URIish uri = new URIish(url);
            if (url.startsWith("-") || url.isBlank() || !isGitsOwn(uri)) {
                throw RemoteException.refused("\"" + url
                        + "\" is no address that Tandem can use; nothing was changed; give a path, an ssh or an https"
                        + " address");
            }
            Optional<Path> path = path(uri);
            if (path.isPresent()
                    && path.get()
                            .equals(git.getWorkTree().toPath().toAbsolutePath().normalize())) {
                throw RemoteException.refused("a folder cannot be its own remote; nothing was changed");
            }
        } catch (URISyntaxException malformed) {
            throw RemoteException.refused("\"" + url + "\" is no address of a git repository; nothing was changed");
        }
    }

    private GitRemote remote(StoredConfig config, String name, URIish uri) {
        boolean readOnly = config.getBoolean(REMOTE, name, "annex-readonly", false);
        return new GitRemote(
                name,
                uri.toString(),
                path(uri),
                config.getBoolean(REMOTE, name, "annex-pull", true),
                !readOnly && config.getBoolean(REMOTE, name, "annex-push", true),
                !config.getBoolean(REMOTE, name, "annex-ignore", false));
    }

    private static Optional<URIish> uri(StoredConfig config, String name) {
        try {
            List<URIish> uris = new RemoteConfig(config, name).getURIs();
            return uris.isEmpty() ? Optional.empty() : Optional.of(uris.get(0));
        } catch (URISyntaxException malformed) {
            return Optional.empty(); // git cannot use it either
        }
    }

    /** Not what a remote helper would have to fetch ({@code helper::address}). */
    private static boolean isGitsOwn(URIish uri) {
        return !uri.toString().contains("::")
                && (uri.getScheme() == null
                        || List.of("file", "ssh", "git", "git+ssh", "ssh+git", "http", "https")
                                .contains(uri.getScheme()));
    }

    private Optional<Path> path(URIish uri) {
        boolean local = uri.getHost() == null
                && (uri.getScheme() == null || uri.getScheme().equals("file"));
        if (!local || uri.getPath() == null) {
            return Optional.empty();
        }
        try {
            String home = Objects.requireNonNullElse(System.getProperty("user.home"), "");
            String text = uri.getPath().startsWith("~/") ? home + uri.getPath().substring(1) : uri.getPath();
            return Optional.of(
                    git.getWorkTree().toPath().resolve(text).toAbsolutePath().normalize());
        } catch (InvalidPathException malformed) {
            return Optional.empty();
        }
    }

    private static String withoutPassword(String url) {
        try {
            return new URIish(url).toString();
        } catch (URISyntaxException malformed) {
            return "not readable";
        }
    }
}
