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
    private static final String PROCESS = "process";
    private static final String GIT_ANNEX_PROCESS = "git-annex filter-process";
    /** Marks a filter as Tandem's own. */
    private static final String OURS = "tandem";

    private static final Map<String, String> FILTERS = Map.of(
            "smudge", "git-annex smudge -- %f", "clean", "git-annex smudge --clean -- %f", PROCESS, GIT_ANNEX_PROCESS);
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
        if (config.getString("core", null, "bare") == null) {
            // else git takes a push's target for bare, and lets it move the branch under the checked-out files
            config.setBoolean("core", null, "bare", false);
        }
        DurableConfig.save(git, config);
        excludeTemporaries();
    }

    /**
     * Names git-annex as the filter where it is installed, and Tandem's own where it is not: git fails on a filter
     * process that does not exist.
     *
     * @param ownFilter a command line; empty to name none
     */
    void followInstalledGitAnnex(boolean installed, String ownFilter) throws IOException, ConfigInvalidException {
        StoredConfig config = git.getConfig();
        config.load();
        String process = config.getString(FILTER, ANNEX, PROCESS);
        String wanted = installed ? GIT_ANNEX_PROCESS : ownFilter;
        if (process == null ? wanted.isEmpty() : process.equals(wanted)) {
            return;
        }
        if (installed) {
            // a filter of the user's own that is not Tandem's stays
            if (process == null || config.getBoolean(FILTER, ANNEX, OURS, false)) {
                config.unsetSection(FILTER, ANNEX);
                FILTERS.forEach((key, command) -> config.setString(FILTER, ANNEX, key, command));
                DurableConfig.save(git, config);
            }
        } else {
            config.unsetSection(FILTER, ANNEX);
            if (!wanted.isEmpty()) {
                config.setString(FILTER, ANNEX, PROCESS, wanted);
                config.setBoolean(FILTER, ANNEX, "required", true);
                config.setBoolean(FILTER, ANNEX, OURS, true);
            }
            DurableConfig.save(git, config);
        }
        if (!wanted.isEmpty()) {
            attributes();
        }
        for (Map.Entry<String, String> hook : HOOKS.entrySet()) {
            if (installed) {
                hook(hook.getKey(), hook.getValue());
            } else {
                unhook(hook.getKey(), hook.getValue());
            }
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
        Files.writeString(file, script(command));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A hook that calls what is not there would keep the user from committing. */
    private void unhook(String name, String command) throws IOException {
        Path file = git.getDirectory().toPath().resolve("hooks").resolve(name);
        if (Files.exists(file) && Files.readString(file).equals(script(command))) {
            Files.delete(file);
        }
    }

    private static String script(String command) {
        return "#!/bin/sh\n# automatically configured by git-annex\n" + command + "\n";
    }
}
