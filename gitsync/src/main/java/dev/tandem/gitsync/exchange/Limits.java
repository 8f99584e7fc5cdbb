package dev.tandem.gitsync.exchange;

/**
 * How much a paired device may send in one push. Beyond it the push is refused, and nothing of it is kept.
 *
 * @param packBytes of one pack as it travels
 * @param objectBytes of one object, unpacked: what a small pack may not blow up to
 * @param timesBytes of the block of modification times
 */
public record Limits(long packBytes, long objectBytes, int timesBytes) {
    /** 64 GiB of history at once, single files to 2 GiB, times for about a million files. */
    public static final Limits DEFAULT = new Limits(64L << 30, 2L << 30, 64 << 20);
}
