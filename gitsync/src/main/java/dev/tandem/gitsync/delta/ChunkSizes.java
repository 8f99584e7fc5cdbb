package dev.tandem.gitsync.delta;

/**
 * How large the chunks of a file become. Both sides must cut with the same sizes to find the same chunks; the side that
 * holds the old version chooses.
 *
 * @param averageBits the average chunk has 2^this bytes; from {@link #BITS_MIN} to {@link #BITS_MAX}
 */
public record ChunkSizes(int averageBits) {
    /** 16 KiB: below that the list of chunks outweighs what smaller chunks save. */
    static final int BITS_MIN = 14;
    /** 4 MiB: a file of 1 TiB then has 2^18 chunks. */
    static final int BITS_MAX = 22;
    /** Up to this many chunks are expected of a file: 150 to 300 KiB of list. */
    private static final int CHUNKS_EXPECTED_BITS = 13;

    /** Fails if out of range. */
    public ChunkSizes {
        if (averageBits < BITS_MIN || averageBits > BITS_MAX) {
            throw new IllegalArgumentException("chunks of 2^" + averageBits + " bytes");
        }
    }

    /** The sizes that suit a file of that size. */
    public static ChunkSizes forFile(long sizeBytes) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(Math.max(sizeBytes - 1, 0)) - CHUNKS_EXPECTED_BITS;
        return new ChunkSizes(Math.min(Math.max(bits, BITS_MIN), BITS_MAX));
    }

    int minBytes() {
        return 1 << (averageBits - 2);
    }

    int averageBytes() {
        return 1 << averageBits;
    }

    int maxBytes() {
        return 1 << (averageBits + 2);
    }
}
