package dev.tandem.gitsync.annex;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.attributes.Attribute;
import org.eclipse.jgit.attributes.AttributesNode;
import org.eclipse.jgit.attributes.AttributesRule;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/**
 * The values that {@code .gitattributes} give to paths (gitattributes(5)): the repository's own file first, then those
 * of the work tree from the path's directory upwards, then the user's. Macros are not expanded.
 */
final class Attributes {
    /** A larger file is no file of attributes, and not read. */
    private static final int FILE_BYTES_MAX = 1 << 20;

    private final Repository git;

    Attributes(Repository git) {
        this.git = git;
    }

    /** The value of an attribute; empty if it has none, is unset or is unspecified. */
    Optional<String> value(String path, String name) throws IOException {
        Attribute found = search(path, name);
        return found == null || found.getState() != Attribute.State.CUSTOM
                ? Optional.empty()
                : Optional.ofNullable(found.getValue());
    }

    private @Nullable Attribute search(String path, String name) throws IOException {
        Attribute found = in(git.getDirectory().toPath().resolve("info/attributes"), path, name);
        Path root = git.getWorkTree().toPath();
        String directory = path;
        while (found == null && !directory.isEmpty()) {
            directory = directory.substring(0, Math.max(0, directory.lastIndexOf('/')));
            String relative = directory.isEmpty() ? path : path.substring(directory.length() + 1);
            found = in(root.resolve(directory).resolve(".gitattributes"), relative, name);
        }
        if (found == null) {
            for (Path file : userFiles()) {
                found = found == null ? in(file, path, name) : found;
            }
        }
        return found;
    }

    private List<Path> userFiles() {
        List<Path> files = new ArrayList<>();
        String configured = git.getConfig()
                .getString(ConfigConstants.CONFIG_CORE_SECTION, null, ConfigConstants.CONFIG_KEY_ATTRIBUTESFILE);
        Path home = git.getFS().userHome().toPath();
        if (configured == null) {
            files.add(home.resolve(".config/git/attributes"));
        } else if (configured.startsWith("~/")) {
            files.add(home.resolve(configured.substring(2)));
        } else {
            files.add(Path.of(configured));
        }
        return files;
    }

    private static @Nullable Attribute in(Path file, String path, String name) throws IOException {
        // git doesn't follow a link there either
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        Attribute found = null;
        for (AttributesRule rule : rules(file)) {
            if (rule.isMatch(path, false)) {
                for (Attribute attribute : rule.getAttributes()) {
                    found = attribute.getKey().equals(name) ? attribute : found; // the last one counts
                }
            }
        }
        return found;
    }

    private static List<AttributesRule> rules(Path file) throws IOException {
        AttributesNode node = new AttributesNode();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
            if (bytes.length <= FILE_BYTES_MAX) {
                node.parse(new ByteArrayInputStream(bytes));
            }
        }
        return node.getRules();
    }
}
