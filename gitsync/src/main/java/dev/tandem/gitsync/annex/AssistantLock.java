package dev.tandem.gitsync.annex;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.eclipse.jgit.lib.Repository;

/**
 * {@code .git/annex/daemon.pid}: held by the one program that commits and syncs a repository by itself. While Tandem
 * holds it, {@code git annex assistant} and {@code watch} say that a daemon is already running; {@code git annex
 * assistant --stop} sends its SIGTERM to this process.
 */
public final class AssistantLock implements Closeable {
    private final FileChannel channel;

    private AssistantLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Empty if git-annex's own assistant, or another process like it, is at work there. */
    public static Optional<AssistantLock> take(Repository git) throws IOException {
        Path file = Files.createDirectories(git.getDirectory().toPath().resolve("annex"))
                .resolve("daemon.pid");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                channel.close();
                return Optional.empty();
            }
            String pid = String.valueOf(ProcessHandle.current().pid());
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
            return Optional.of(new AssistantLock(channel));
        } catch (OverlappingFileLockException ours) {
            channel.close();
            throw new IllegalStateException("taken twice by this process: " + file, ours);
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    /** Lets others in; the file stays, as git-annex's does. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
