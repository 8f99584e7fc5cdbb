package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/** Makes writes outlast a loss of power. JGit forces packs to the disk, but not loose objects. */
final class Durable {
    private Durable() {}

    /** Forces those of the objects that are loose. */
    static void force(Repository git, Collection<ObjectId> ids, @Nullable ObjectId... more) throws IOException {
        for (ObjectId id : ids) {
            loose(git, id);
        }
        for (ObjectId id : more) {
            if (id != null) {
                loose(git, id);
            }
        }
    }

    private static void loose(Repository git, ObjectId id) throws IOException {
        Path file = git.getDirectory()
                .toPath()
                .resolve("objects")
                .resolve(id.name().substring(0, 2))
                .resolve(id.name().substring(2));
        if (Files.exists(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Forces a directory's names. */
    static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
