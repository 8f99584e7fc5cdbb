package dev.tandem.gitsync.worktree;

import dev.tandem.gitsync.points.Failpoint;
import dev.tandem.gitsync.repo.DurableNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;

/**
 * The commits whose checkout was begun and not finished, in {@code .git/tandem/checkout}, one id a line, oldest first.
 *
 * <p>While there are any, a work file that is as one of them has it is no change of the user's.
 */
final class Intent {
    /** Each is one more checkout that met an edit in its last instant; older ones are forgotten. */
    private static final int TIPS_MAX = 16;

    private final Path file;

    Intent(Repository git) {
        this.file = git.getDirectory().toPath().resolve("tandem").resolve("checkout");
    }

    List<ObjectId> tips() throws IOException {
        List<ObjectId> tips = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
                if (ObjectId.isId(line)) {
                    tips.add(ObjectId.fromString(line));
                }
            }
        }
        return tips;
    }

    /** Durable when it returns. */
    void add(ObjectId tip) throws IOException {
        List<ObjectId> tips = tips();
        tips.remove(tip);
        tips.add(tip.copy());
        StringBuilder text = new StringBuilder();
        tips.subList(Math.max(0, tips.size() - TIPS_MAX), tips.size())
                .forEach(id -> text.append(id.name()).append('\n'));
        Files.createDirectories(file.getParent());
        Path next = file.resolveSibling("checkout.new");
        try (FileChannel out = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text.toString());
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Failpoint.at("intent.written");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Failpoint.at("intent.placed");
        DurableNames.flush(file.resolveSibling(""));
    }

    void clear() throws IOException {
        Files.deleteIfExists(file);
    }
}
