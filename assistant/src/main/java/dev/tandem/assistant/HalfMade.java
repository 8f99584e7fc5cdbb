package dev.tandem.assistant;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** What is left of a repository that was being made when the daemon died. */
final class HalfMade {
    private HalfMade() {}

    /**
     * Removes such a {@code .git}: one that has neither a name of ours nor anything of a user's. The caller knows that
     * there was none when it began.
     */
    static void remove(Path git) throws IOException {
        if (!Files.isDirectory(git) || isNamed(git.resolve("config")) || holdsAnything(git)) {
            return;
        }
        deleteTree(git);
    }

    /** Deletes a tree, without following links. */
    static void deleteTree(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static boolean isNamed(Path config) throws IOException {
        return Files.exists(config) && Files.readString(config).contains("uuid");
    }

    private static boolean holdsAnything(Path git) throws IOException {
        if (Files.exists(git.resolve("index")) || Files.exists(git.resolve("packed-refs"))) {
            return true;
        }
        for (String part : new String[] {"objects", "refs"}) {
            if (Files.exists(git.resolve(part))) {
                try (Stream<Path> tree = Files.walk(git.resolve(part))) {
                    if (tree.anyMatch(Files::isRegularFile)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
