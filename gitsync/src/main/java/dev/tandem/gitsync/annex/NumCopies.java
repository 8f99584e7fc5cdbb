package dev.tandem.gitsync.annex;

/**
 * How many copies of each content there must be (git-annex, "numcopies" and "mincopies").
 *
 * @param copies wanted, and required for a drop; at least 1
 * @param minimum required even at the moment of a drop between repositories; at least 1
 */
public record NumCopies(int copies, int minimum) {
    /** Where nothing is configured. */
    public static final NumCopies DEFAULT = new NumCopies(1, 1);

    /** Numbers below 1 count as 1: a last copy never goes by configuration. */
    public NumCopies {
        copies = Math.max(1, copies);
        minimum = Math.max(1, minimum);
    }
}
