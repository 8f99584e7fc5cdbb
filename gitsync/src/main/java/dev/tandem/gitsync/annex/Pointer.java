package dev.tandem.gitsync.annex;

import com.google.common.base.Splitter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What stands in git for an annexed file: one line that names the key (git-annex, "pointer file"). Pure. */
public final class Pointer {
    /** A longer blob is content, whatever its first line says. */
    public static final int BYTES_MAX = 32_768;

    private static final String OBJECTS = "/annex/objects/";
    private static final String ANY = "/annex/";

    private Pointer() {}

    /** The blob for a key. */
    public static byte[] of(Key key) {
        return (OBJECTS + key.file() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The key that a blob stands for: of an unlocked file, or the target of a locked file's symbolic link; empty if it
     * is content.
     */
    public static Optional<Key> parse(byte[] blob) {
        if (blob.length > BYTES_MAX || blob.length < OBJECTS.length()) {
            return Optional.empty();
        }
        // by its bytes: what stands before the key may be in any encoding
        String text = new String(blob, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\n');
        String line = end < 0 ? text : text.substring(0, end);
        if (line.endsWith("\r")) {
            line = line.substring(0, line.length() - 1);
        }
        return line.contains(OBJECTS) && moreOfIt(end < 0 ? "" : text.substring(end + 1))
                ? key(line.substring(line.lastIndexOf('/') + 1))
                : Optional.empty();
    }

    /** Later versions of git-annex may say more, in lines of that form. */
    private static boolean moreOfIt(String rest) {
        return rest.isEmpty()
                || (rest.endsWith("\n")
                        && Splitter.on('\n')
                                .splitToStream(rest.substring(0, rest.length() - 1))
                                .allMatch(line -> line.contains(ANY)));
    }

    private static Optional<Key> key(String bytes) {
        try {
            ByteBuffer name = ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1));
            return Key.ofFile(StandardCharsets.UTF_8.newDecoder().decode(name).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty(); // a key that is no UTF-8 is none that Tandem can store
        }
    }
}
