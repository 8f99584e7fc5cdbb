package dev.tandem.gitsync.annex;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells whether bytes that go by are a key's content: by their number, and by their digest where the key has one. */
final class ContentDigest {
    private final Key key;
    private final @Nullable MessageDigest digest;
    private long bytes;

    private ContentDigest(Key key, @Nullable MessageDigest digest) {
        this.key = key;
        this.digest = digest;
    }

    static ContentDigest of(Key key) {
        Optional<String> name = key.digest();
        return new ContentDigest(key, name.isPresent() ? digest(name.get()) : null);
    }

    static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + name, e);
        }
    }

    /** Takes what remains in a buffer. */
    void update(ByteBuffer more) {
        bytes += more.remaining();
        if (digest != null) {
            digest.update(more);
        } else {
            more.position(more.limit());
        }
    }

    /** How many bytes were taken. */
    long bytes() {
        return bytes;
    }

    /** Why this is not the key's content; empty if it is. Ends the digest. */
    Optional<String> mismatch() {
        if (key.sizeBytes().isPresent() && key.sizeBytes().getAsLong() != bytes) {
            return Optional.of(bytes + " bytes instead of " + key.sizeBytes().getAsLong());
        }
        if (digest != null && !HexFormat.of().formatHex(digest.digest()).equals(key.digestHex())) {
            return Optional.of("its " + digest.getAlgorithm() + " is another");
        }
        return Optional.empty();
    }
}
