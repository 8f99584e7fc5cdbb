package dev.tandem.gitsync.merge;

/**
 * Names for the second version of a file in conflict, made from its content alone: every device finds the same one.
 *
 * <p>The rule is git-annex's variantFile: the directory, the name without its last extension, {@code .variant-}, four
 * hex digits, the extension. A path that already speaks of a variant gets the whole hash. Names are byte strings (ISO
 * 8859-1).
 */
final class Variant {
    private static final String MARK = ".variant-";
    /** What Linux, macOS and Windows file systems take; a longer name could be committed but never checked out. */
    private static final int NAME_BYTES_MAX = 255;

    private Variant() {}

    /** The first name to try for the file {@code name} in the directory {@code dir} ("" or ending in a slash). */
    static String name(String dir, String name, String shortHash, String longHash) {
        return (dir + name).contains(MARK) ? longer(name, longHash) : with(name, shortHash);
    }

    /** The name to take when the first is in use by something else. */
    static String longer(String name, String longHash) {
        return with(name, longHash);
    }

    private static String with(String name, String hash) {
        int dot = name.lastIndexOf('.');
        String base = dot < 0 ? name : name.substring(0, dot);
        String tail = MARK + hash + (dot < 0 ? "" : name.substring(dot));
        return shortened(base, Math.max(0, NAME_BYTES_MAX - tail.length())) + tail;
    }

    /** At most {@code bytes} of it, never ending inside a UTF-8 sequence. */
    private static String shortened(String base, int bytes) {
        if (base.length() <= bytes) {
            return base;
        }
        int end = bytes;
        while (end > 0 && (base.charAt(end) & 0xC0) == 0x80) {
            end--;
        }
        return base.substring(0, end);
    }
}
