package dev.tandem.gitsync.remotes;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A git remote that a folder syncs with, as the repository's own configuration has it.
 *
 * @param name as git calls it
 * @param url to fetch from, without a password, for people to read
 * @param path where it is, if it is a directory of this machine
 * @param pulls whether to take what it has ({@code remote.N.annex-pull})
 * @param pushes whether to give it what we have ({@code remote.N.annex-push}, {@code remote.N.annex-readonly})
 * @param contents whether large files are exchanged with it ({@code remote.N.annex-ignore})
 */
public record GitRemote(
        String name, String url, Optional<Path> path, boolean pulls, boolean pushes, boolean contents) {}
