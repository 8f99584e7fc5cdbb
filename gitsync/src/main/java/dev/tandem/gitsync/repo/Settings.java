package dev.tandem.gitsync.repo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;

/**
 * The settings that make a git repository one that both git-annex and Tandem accept: what {@code git annex init} would
 * write, version 10.
 */
final class Settings {
    /** Files that Tandem writes beside their target before it renames them; never synced. */
    static final String TEMPORARY = ".tandem-tmp-*";

    private static final String ANNEX = "annex";
    private static final String FILTER = "filter";
    private static final String ATTRIBUTES = "\n* filter=annex\n";
    private static final Map<String, String> FILTERS = Map.of(
            "smudge", "git-annex smudge -- %f",
            "clean", "git-annex smudge --clean -- %f",
            "process", "git-annex filter-process");
    private static final Map<String, String> HOOKS = Map.of(
            "pre-commit", "git annex pre-commit .",
            "post-checkout", "git annex smudge --update",
            "post-merge", "git annex smudge --update",
            "post-receive", "if git annex post-receive --help >/dev/null 2>&1; then git annex post-receive; fi");

    private final Repository git;

    Settings(Repository git) {
        this.git = git;
    }

    Optional<String> uuid() {
        return Optional.ofNullable(git.getConfig().getString(ANNEX, null, "uuid"));
    }

    /** Gives the repository an annex UUID unless it has one, and the settings that Tandem relies on. */
    void initialise(UUID ifMissing) throws IOException {
        StoredConfig config = git.getConfig();
        if (uuid().isEmpty()) {
            config.setString(ANNEX, null, "uuid", ifMissing.toString());
        }
        if (config.getString(ANNEX, null, "version") == null) {
            config.setString(ANNEX, null, "version", "10");
        }
        // JGit writes index entries without inode and ctime; with this, C git does not hash every file for that
        config.setString("core", null, "checkStat", "minimal");
        config.save();
        excludeTemporaries();
    }

    /**
     * Names git-annex as the filter where it is installed, and only there: git fails on a filter process that does not
     * exist.
     */
    void followInstalledGitAnnex(boolean installed) throws IOException, ConfigInvalidException {
        StoredConfig config = git.getConfig();
        config.load();
        boolean configured = config.getString(FILTER, ANNEX, "process") != null;
        if (installed && !configured) {
            FILTERS.forEach((key, command) -> config.setString(FILTER, ANNEX, key, command));
            config.save();
            attributes();
            for (Map.Entry<String, String> hook : HOOKS.entrySet()) {
                hook(hook.getKey(), hook.getValue());
            }
        } else if (!installed && configured) {
            config.unsetSection(FILTER, ANNEX);
            config.save();
        }
    }

    private void attributes() throws IOException {
        Path file = git.getDirectory().toPath().resolve("info/attributes");
        if (!Files.exists(file) || !Files.readString(file).contains("filter=annex")) {
            append(file, ATTRIBUTES);
        }
    }

    private void excludeTemporaries() throws IOException {
        Path file = git.getDirectory().toPath().resolve("info/exclude");
        if (!Files.exists(file) || !Files.readString(file).contains(TEMPORARY)) {
            append(file, TEMPORARY + "\n");
        }
    }

    private static void append(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** A hook of somebody else's stays as it is. */
    private void hook(String name, String command) throws IOException {
        Path file = git.getDirectory().toPath().resolve("hooks").resolve(name);
        if (Files.exists(file)) {
            return;
        }
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n# automatically configured by git-annex\n" + command + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
