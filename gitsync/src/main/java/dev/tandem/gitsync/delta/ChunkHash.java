package dev.tandem.gitsync.delta;

import java.nio.ByteBuffer;

/**
 * The first 128 bits of a chunk's SHA-256. Enough that no two chunks that occur are taken for one another; two that
 * were made to be are found out by the digest of the whole.
 */
public record ChunkHash(long high, long low) implements Comparable<ChunkHash> {
    static final int BYTES = 16;

    static ChunkHash of(byte[] digest) {
        ByteBuffer bytes = ByteBuffer.wrap(digest);
        return new ChunkHash(bytes.getLong(), bytes.getLong());
    }

    /** An order, so that a map keyed by hashes that a peer chose stays fast. */
    @Override
    public int compareTo(ChunkHash other) {
        int first = Long.compare(high, other.high);
        return first != 0 ? first : Long.compare(low, other.low);
    }
}
