package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;

/**
 * The note that a checkout is under way, in {@code .git/tandem/checkout}: so that after a crash its half-replaced files
 * are not taken for the user's edits, but the checkout is finished.
 */
final class Intent {
    private static final Pattern FORM = Pattern.compile("([0-9a-f]{40}) ([0-9a-f]{40})\n");

    /** From which commit to which. */
    record Move(Optional<ObjectId> from, ObjectId to) {}

    private final Path directory;
    private final Path file;
    private final Path indexLock;

    Intent(Repository git) {
        directory = git.getDirectory().toPath().resolve("tandem");
        file = directory.resolve("checkout");
        indexLock = git.getDirectory().toPath().resolve("index.lock");
    }

    void write(Optional<ObjectId> from, ObjectId to) throws IOException {
        Files.createDirectories(directory);
        Path beside = file.resolveSibling("checkout.tmp");
        byte[] line =
                (from.orElse(ObjectId.zeroId()).name() + " " + to.name() + "\n").getBytes(StandardCharsets.US_ASCII);
        try (FileChannel channel = FileChannel.open(
                beside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(line));
            channel.force(true);
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Durable.forceDirectory(directory);
    }

    Optional<Move> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Matcher line = FORM.matcher(Files.readString(file));
        if (!line.matches()) {
            return Optional.empty();
        }
        ObjectId from = ObjectId.fromString(line.group(1));
        return Optional.of(new Move(
                from.equals(ObjectId.zeroId()) ? Optional.empty() : Optional.of(from),
                ObjectId.fromString(line.group(2))));
    }

    /** A lock on the index that is younger than the note was ours: nobody else takes it while a checkout runs. */
    void removeLeftLock() throws IOException {
        if (Files.exists(indexLock)
                && Files.getLastModifiedTime(indexLock).compareTo(Files.getLastModifiedTime(file)) >= 0) {
            Files.delete(indexLock);
        }
    }

    void remove() throws IOException {
        Files.deleteIfExists(file);
    }
}
