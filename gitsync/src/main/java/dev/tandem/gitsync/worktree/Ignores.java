package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.ignore.IgnoreNode;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.util.SystemReader;

/** What {@code .gitignore}, {@code info/exclude} and {@code core.excludesFile} say, read anew for each operation. */
final class Ignores {
    private final Path root;
    private final List<IgnoreNode> general = new ArrayList<>();
    private final Map<String, Optional<IgnoreNode>> byDirectory = new HashMap<>();
    private final Map<String, Boolean> directories = new HashMap<>();

    Ignores(Repository git) throws IOException {
        this.root = git.getWorkTree().toPath();
        load(git.getDirectory().toPath().resolve("info/exclude")).ifPresent(general::add);
        String excludes = git.getConfig()
                .getString(ConfigConstants.CONFIG_CORE_SECTION, null, ConfigConstants.CONFIG_KEY_EXCLUDESFILE);
        load(excludes == null ? usual(git) : named(git, excludes)).ifPresent(general::add);
    }

    private Path named(Repository git, String excludes) {
        return excludes.startsWith("~/")
                ? git.getFS().userHome().toPath().resolve(excludes.substring(2))
                : root.resolve(excludes);
    }

    /** Where git looks if nothing is configured: {@code $XDG_CONFIG_HOME/git/ignore} (gitignore(5)). */
    private static Path usual(Repository git) {
        String config = SystemReader.getInstance().getenv("XDG_CONFIG_HOME");
        return config == null || config.isEmpty()
                ? git.getFS().userHome().toPath().resolve(".config/git/ignore")
                : Path.of(config, "git/ignore");
    }

    /** Whether git would leave this untracked path alone, itself or through a directory above it. */
    boolean ignores(String path, boolean directory) throws IOException {
        int slash = path.lastIndexOf('/');
        if (slash > 0 && ignoresDirectory(path.substring(0, slash))) {
            return true;
        }
        return directory ? ignoresDirectory(path) : matches(path, false);
    }

    private boolean ignoresDirectory(String path) throws IOException {
        Boolean known = directories.get(path);
        if (known == null) {
            int slash = path.lastIndexOf('/');
            known = (slash > 0 && ignoresDirectory(path.substring(0, slash))) || matches(path, true);
            directories.put(path, known);
        }
        return known;
    }

    private boolean matches(String path, boolean directory) throws IOException {
        for (int slash = path.lastIndexOf('/'); ; slash = path.lastIndexOf('/', slash - 1)) {
            String dir = slash < 0 ? "" : path.substring(0, slash);
            Optional<IgnoreNode> node = byDirectory.get(dir);
            if (node == null) {
                node = load(root.resolve(dir).resolve(".gitignore"));
                byDirectory.put(dir, node);
            }
            Boolean ignored = node.isPresent() ? node.get().checkIgnored(path.substring(slash + 1), directory) : null;
            if (ignored != null) {
                return ignored;
            }
            if (slash < 0) {
                break;
            }
        }
        for (IgnoreNode node : general) {
            Boolean ignored = node.checkIgnored(path, directory);
            if (ignored != null) {
                return ignored;
            }
        }
        return false;
    }

    private static Optional<IgnoreNode> load(Path file) throws IOException {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            return Optional.empty();
        }
        IgnoreNode node = new IgnoreNode();
        try (InputStream in = Files.newInputStream(file)) {
            node.parse(in);
        }
        return Optional.of(node);
    }
}
