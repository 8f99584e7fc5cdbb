package dev.tandem.assistant.core;

/**
 * What a job on the files has found out about contents.
 *
 * @param missing how many annexed files have no content here
 * @param more whether some of these are new
 */
public record ContentCount(int missing, boolean more) {
    /** All is here. */
    public static final ContentCount NOTHING = new ContentCount(0, false);
}
