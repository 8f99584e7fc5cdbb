package dev.tandem.gitsync.history;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a second version that a merge has kept: {@code name.variant-XXXX.ext}, as {@code gitsync.merge} and
 * git-annex make it; four hex digits, or a whole object id or key where that was taken.
 *
 * @param original the path that both versions were made of
 */
record VariantName(String original) {
    static final String MARK = ".variant-";

    private static final Pattern NAME = Pattern.compile(
            "(.*?)(?:\\.variant-(?:[0-9a-f]{4}|[0-9a-f]{40}|[A-Z0-9_]+(?:-[smSC][0-9]+)*--.+?))+(\\.[^.]*)?");

    static Optional<VariantName> of(String path) {
        int slash = path.lastIndexOf('/') + 1;
        if (path.indexOf(MARK, slash) < 0) {
            return Optional.empty();
        }
        Matcher name = NAME.matcher(path.substring(slash));
        if (!name.matches()) {
            return Optional.empty();
        }
        String original = name.group(1) + (name.group(2) == null ? "" : name.group(2));
        return original.isEmpty()
                ? Optional.empty()
                : Optional.of(new VariantName(path.substring(0, slash) + original));
    }
}
