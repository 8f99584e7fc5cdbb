package dev.tandem.gitsync.annex;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The two directories above a key's object or log, which keep directories small (git-annex, "hashing"). Pure. */
final class HashDirectories {
    private static final String MIXED = "0123456789zqjxkmvwgpfZQJXKMVWGPF";

    private HashDirectories() {}

    /** As in the git-annex branch and in bare repositories: {@code 2c5/805}. */
    static String lower(Key key) {
        String hex = HexFormat.of().formatHex(md5(key), 0, 3);
        return hex.substring(0, 3) + "/" + hex.substring(3, 6);
    }

    /** As in {@code .git/annex/objects}: {@code 0j/1Z}. */
    static String mixed(Key key) {
        byte[] md5 = md5(key);
        int word = (md5[0] & 0xff) | (md5[1] & 0xff) << 8 | (md5[2] & 0xff) << 16 | (md5[3] & 0xff) << 24;
        char[] letters = new char[4];
        for (int i = 0; i < letters.length; i++) {
            letters[i] = MIXED.charAt((word >>> (6 * i)) & 31);
        }
        return "" + letters[1] + letters[0] + "/" + letters[3] + letters[2];
    }

    private static byte[] md5(Key key) {
        try {
            return MessageDigest.getInstance("MD5")
                    .digest(key.whole().toString().getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
