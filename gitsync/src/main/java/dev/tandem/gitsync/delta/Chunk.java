package dev.tandem.gitsync.delta;

/**
 * A piece of a file whose borders follow from the content around them.
 *
 * @param offset of its first byte in the file
 * @param lengthBytes at least 1
 */
public record Chunk(long offset, int lengthBytes, ChunkHash hash) {}
