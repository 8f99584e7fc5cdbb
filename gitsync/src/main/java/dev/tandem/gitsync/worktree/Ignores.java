package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.ignore.IgnoreNode;
import org.eclipse.jgit.lib.Repository;

/**
 * What {@code .gitignore} files and {@code .git/info/exclude} leave out (gitignore(5)). Reads each file once: make a
 * new one for each job. Not thread-safe.
 */
final class Ignores {
    private final Path root;
    private final Map<String, Optional<IgnoreNode>> nodes = new HashMap<>();
    private final Optional<IgnoreNode> exclude;

    Ignores(Repository git) throws IOException {
        root = git.getWorkTree().toPath();
        exclude = parse(git.getDirectory().toPath().resolve("info/exclude"));
    }

    /** Whether a path, or a directory that it lies in, is ignored. */
    boolean isIgnored(String path, boolean isDirectory) throws IOException {
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            if (isIgnoredItself(path.substring(0, slash), true)) {
                return true;
            }
        }
        return isIgnoredItself(path, isDirectory);
    }

    /** The same for a path whose directories are known not to be ignored. */
    boolean isIgnoredItself(String path, boolean isDirectory) throws IOException {
        for (int slash = path.lastIndexOf('/'); ; slash = path.lastIndexOf('/', slash - 1)) {
            String directory = slash < 0 ? "" : path.substring(0, slash);
            Optional<IgnoreNode> node = node(directory);
            if (node.isPresent()) {
                Boolean verdict = node.get().checkIgnored(path.substring(slash + 1), isDirectory);
                if (verdict != null) {
                    return verdict;
                }
            }
            if (slash < 0) {
                break;
            }
        }
        return exclude.isPresent() && Boolean.TRUE.equals(exclude.get().checkIgnored(path, isDirectory));
    }

    private Optional<IgnoreNode> node(String directory) throws IOException {
        Optional<IgnoreNode> node = nodes.get(directory);
        if (node == null) {
            node = parse(root.resolve(directory).resolve(".gitignore"));
            nodes.put(directory, node);
        }
        return node;
    }

    private static Optional<IgnoreNode> parse(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        IgnoreNode node = new IgnoreNode();
        try (InputStream in = Files.newInputStream(file)) {
            node.parse(in);
        }
        return node.getRules().isEmpty() ? Optional.empty() : Optional.of(node);
    }
}
