package dev.tandem.gitsync.merge;

import org.eclipse.jgit.lib.ObjectId;

/** The name of a version that had to give way: {@code report.variant-1f3a.txt}, as git-annex forms it. */
final class VariantName {
    private static final String MARK = ".variant-";
    private static final int SHORT = 4;

    private VariantName() {}

    /**
     * A name in the same directory, derived from the content alone, so that every device finds the same one.
     *
     * @param directory with a slash at its end, or empty
     * @param whole use all of the content's id: where the short form is taken, or a variant clashes again
     */
    static String of(String directory, String name, ObjectId content, boolean whole) {
        int dot = name.lastIndexOf('.');
        String base = dot < 0 ? name : name.substring(0, dot);
        String extension = dot < 0 ? "" : name.substring(dot);
        boolean again = (directory + name).contains(MARK);
        String id = content.name();
        return base + MARK + (whole || again ? id : id.substring(0, SHORT)) + extension;
    }
}
