package dev.tandem.gitsync.annex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.Repository;

/**
 * Contents that are work files and objects at once, one file with two names, as {@code annex.thin} asks for: half the
 * room, and no earlier version once a program has written into the file instead of replacing it. Such an object can be
 * written to, so it is believed only after it was read.
 */
final class ThinFiles {
    private static final int BUFFER_BYTES = 1 << 18;

    private final Repository git;
    private final ObjectFiles files;

    ThinFiles(Repository git, ObjectFiles files) {
        this.git = git;
        this.files = files;
    }

    private boolean isWished() {
        return git.getConfig().getBoolean("annex", null, "thin", false);
    }

    /**
     * Makes a work file an object as well; empty if it has to be copied. An executable is: its mode would become the
     * object's, and that of other files.
     */
    Optional<Key> add(Path file, String name, String backend) throws IOException {
        if (!isWished() || ObjectFiles.names(file) != 1 || Files.isExecutable(file)) {
            return Optional.empty();
        }
        Map<String, Object> before = state(file);
        MessageDigest digest = ContentDigest.digest(Key.digestOf(backend).orElseThrow());
        long bytes = 0;
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            while (in.read(buffer.clear()) >= 0) {
                bytes += buffer.flip().remaining();
                digest.update(buffer);
            }
            in.force(true);
        }
        Key key = Key.of(backend, bytes, HexFormat.of().formatHex(digest.digest()), name);
        for (Path object : files.places(key)) {
            if (Files.exists(object)) {
                // one that is not whole is for others to replace
                return Files.size(object) == bytes ? Optional.of(key) : Optional.empty();
            }
        }
        if (!before.equals(state(file))) {
            return Optional.empty(); // from here on its change time says nothing any more
        }
        return files.placeLinked(file, files.places(key).get(0)) ? Optional.of(key) : Optional.empty();
    }

    private static Map<String, Object> state(Path file) throws IOException {
        return Files.readAttributes(file, "unix:size,lastModifiedTime,ctime,ino");
    }

    boolean hasLinked(Path file) throws IOException {
        return isWished() && ObjectFiles.names(file) == 2;
    }

    /** Gives an object a second name; false if it has to be copied. */
    boolean link(Path object, Path file) throws IOException {
        return isWished()
                && ObjectFiles.names(object) == 1
                && !Files.isExecutable(object)
                && files.linkTo(object, file);
    }

    /**
     * Takes a work file's name out of the store, where it stands for a content that the file no longer has.
     *
     * @return whether it stood there
     */
    boolean forget(Key key, Path file) throws IOException {
        for (Path object : files.places(key)) {
            if (Files.isRegularFile(object) && Files.isSameFile(object, file)) {
                files.delete(object);
                return true;
            }
        }
        return false;
    }
}
