package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is in a checkout's way and can never become a version: ignored files, nested repositories, sockets. It keeps its
 * content under a variant's name beside, since waiting for its commit would be waiting for ever.
 */
final class Aside {
    /** Names tried before something must be wrong. */
    private static final int NAMES_MAX = 100;

    private final Folder folder;
    private @Nullable Ignores ignores;

    Aside(Folder folder) {
        this.folder = folder;
    }

    /** Whether a commit would pass over what is at this path. */
    boolean isNeverCommitted(String path, Stat stat) throws IOException {
        if (folder.index().entry(path) != null) {
            return false;
        }
        if (!stat.isContent()) {
            return true;
        }
        if (ignores == null) {
            ignores = new Ignores(folder.git());
        }
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            if (Files.exists(folder.file(path.substring(0, slash)).resolve(".git"))) {
                return true;
            }
        }
        return ignores.ignores(path, false);
    }

    /** Paths below a directory that are neither about to be deleted nor never committed. */
    Set<String> versionsBelow(String directory, Set<String> deletes) throws IOException {
        Set<String> versions = new TreeSet<>();
        try (Stream<Path> all = Files.walk(folder.file(directory))) {
            for (Path file : (Iterable<Path>) all::iterator) {
                String path = folder.root().relativize(file).toString().replace('\\', '/');
                Stat stat = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) ? null : Stat.of(file);
                if (stat != null && !deletes.contains(path) && !isNeverCommitted(path, stat)) {
                    versions.add(path);
                }
            }
        }
        return versions;
    }

    /** Renames what is at the path, if there still is something. */
    void move(String path) throws IOException {
        Path file = folder.file(path);
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        String base = dot <= 0 ? name : name.substring(0, dot);
        String extension = dot <= 0 ? "" : name.substring(dot);
        for (int i = 1; Files.exists(file, LinkOption.NOFOLLOW_LINKS); i++) {
            Path aside = file.resolveSibling(base + ".variant-local" + i + extension);
            if (!Files.exists(aside, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(file, aside);
            } else if (i == NAMES_MAX) {
                throw new IOException(file + " is in the way of a file of the same name; move it and sync again");
            }
        }
    }
}
