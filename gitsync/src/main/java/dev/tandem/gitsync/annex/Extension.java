package dev.tandem.gitsync.annex;

import com.google.common.base.Splitter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What a key keeps of a file's name, so that programs which go by it find it (git-annex, Backend/Utilities.hs and
 * annex.maxextensionlength). Pure.
 */
final class Extension {
    private static final int PART_BYTES_MAX = 4;
    private static final int PARTS_MAX = 2;

    private Extension() {}

    /** For example {@code .tar.gz}; "" if there is none that counts. */
    static String of(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1).replaceFirst("^\\.+", "");
        int dot = name.indexOf('.');
        if (dot < 0) {
            return "";
        }
        List<String> parts = Splitter.on('.').splitToList(name.substring(dot + 1));
        Deque<String> kept = new ArrayDeque<>();
        int counted = 0;
        for (int i = parts.size() - 1; i >= 0 && counted < PARTS_MAX; i--) {
            String part = parts.get(i);
            if (part.getBytes(StandardCharsets.UTF_8).length > PART_BYTES_MAX) {
                break;
            }
            if (part.chars().allMatch(Extension::isKept)) {
                counted++;
                if (!part.isEmpty()) {
                    kept.addFirst("." + part);
                }
            }
        }
        return String.join("", kept);
    }

    private static boolean isKept(int character) {
        return character >= 128
                || (character >= '0' && character <= '9')
                || (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z');
    }
}
