package dev.tandem.gitsync.merge;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The key of an annexed file, as far as a merge needs it: to tell that a blob stands for content beside git, and to
 * name variants as git-annex does (Annex/VariantFile.hs), so that both resolve a conflict to the same tree.
 *
 * @param file the key escaped for use as a file name
 */
record AnnexKey(String file) {
    /** A pointer file is at most this long in git-annex; a longer blob is content. */
    static final int POINTER_BYTES_MAX = 32_768;

    private static final Pattern KEY = Pattern.compile("[A-Z0-9_]+(-[smSC][0-9]+)*--[^/\\n]+");

    /** Recognizes a pointer file or the target of a locked file's symbolic link. */
    static Optional<AnnexKey> of(byte[] blob) {
        String text = new String(blob, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\n');
        String line = end < 0 ? text : text.substring(0, end);
        if (line.endsWith("\r")) {
            line = line.substring(0, line.length() - 1);
        }
        String rest = end < 0 ? "" : text.substring(end + 1);
        boolean pointer = line.contains("/annex/objects/")
                && rest.lines().allMatch(l -> l.contains("/annex/"))
                && (rest.isEmpty() || rest.endsWith("\n"));
        String name = line.substring(line.lastIndexOf('/') + 1);
        return pointer && KEY.matcher(name).matches() ? Optional.of(new AnnexKey(name)) : Optional.empty();
    }

    /** The first four hex digits of the MD5 of the unescaped key. */
    String shortHash() {
        String key =
                file.replace("%", "/").replace("&c", ":").replace("&s", "%").replace("&a", "&");
        try {
            byte[] md5 = MessageDigest.getInstance("MD5").digest(key.getBytes(StandardCharsets.ISO_8859_1));
            return HexFormat.of().formatHex(md5, 0, 2);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
