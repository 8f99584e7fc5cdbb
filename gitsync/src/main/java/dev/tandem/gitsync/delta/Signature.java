package dev.tandem.gitsync.delta;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The chunks of the version that a receiver holds, which it sends to whoever has the new one.
 *
 * <pre>
 *   byte    version, 1
 *   byte    bits of the average chunk size
 *   varint  number of chunks
 *   each:   varint length, 16 bytes of SHA-256
 * </pre>
 *
 * @param chunks in the order of their offsets, without gaps, from offset 0
 */
public record Signature(ChunkSizes sizes, List<Chunk> chunks) {
    /**
     * A list of 2.6 MiB, and some 15 MiB of memory: of 512 GiB. A file of more chunks is described by its beginning;
     * the rest of it is sent whole.
     */
    public static final int CHUNKS_MAX = 1 << 17;

    private static final int VERSION = 1;

    /** Copies the list. */
    public Signature {
        chunks = List.copyOf(chunks);
    }

    /** Describes a file, which is read to its end. */
    public static Signature of(InputStream content, long sizeBytes) throws IOException {
        ChunkSizes sizes = ChunkSizes.forFile(sizeBytes);
        Chunker chunker = new Chunker(content, sizes);
        List<Chunk> chunks = new ArrayList<>();
        for (Chunk chunk = chunker.next(); chunk != null && chunks.size() < CHUNKS_MAX; chunk = chunker.next()) {
            chunks.add(chunk);
        }
        return new Signature(sizes, chunks);
    }

    /** Where each chunk is first found. */
    Map<ChunkHash, Chunk> byHash() {
        Map<ChunkHash, Chunk> found = new HashMap<>();
        for (Chunk chunk : chunks) {
            found.putIfAbsent(chunk.hash(), chunk);
        }
        return found;
    }

    /** Sends it. Doesn't flush. */
    public void writeTo(OutputStream stream) throws IOException {
        DataOutputStream out = new DataOutputStream(stream);
        out.writeByte(VERSION);
        out.writeByte(sizes.averageBits());
        Varint.write(out, chunks.size());
        for (Chunk chunk : chunks) {
            Varint.write(out, chunk.lengthBytes());
            out.writeLong(chunk.hash().high());
            out.writeLong(chunk.hash().low());
        }
        out.flush();
    }

    /**
     * Reads what {@link #writeTo} wrote, and nothing behind it.
     *
     * @throws MalformedException if it could not come from an honest peer
     */
    public static Signature readFrom(InputStream stream) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new MalformedException("a signature of version " + version + ", and this device knows " + VERSION);
        }
        int bits = in.readUnsignedByte();
        if (bits < ChunkSizes.BITS_MIN || bits > ChunkSizes.BITS_MAX) {
            throw new MalformedException("chunks of 2^" + bits + " bytes");
        }
        ChunkSizes sizes = new ChunkSizes(bits);
        long count = Varint.read(in);
        if (count > CHUNKS_MAX) {
            throw new MalformedException("a signature of " + count + " chunks; at most " + CHUNKS_MAX + " are taken");
        }
        List<Chunk> chunks = new ArrayList<>(); // grows with what really arrives
        long offset = 0;
        for (long i = 0; i < count; i++) {
            long length = Varint.read(in);
            if (length == 0 || length > sizes.maxBytes()) {
                throw new MalformedException("a chunk of " + length + " bytes");
            }
            chunks.add(new Chunk(offset, (int) length, new ChunkHash(in.readLong(), in.readLong())));
            offset += length;
        }
        return new Signature(sizes, chunks);
    }
}
