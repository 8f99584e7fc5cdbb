package dev.tandem.xmpp.carrier;

import java.io.IOException;

/**
 * Ordered, reliable bytes to one device and back, whatever carries them.
 *
 * <p>One thread may read while others write; writes are atomic with respect to each other. Every call fails with an
 * {@link IOException} that says why once the carrier is closed by either side or lost.
 */
public interface Carrier {
    /**
     * How many bytes are best written at once now: they travel as one message, and what is written next waits for no
     * more than that. Changes with what the way there lets through, so it is asked before each write; 256 at least.
     */
    int messageBytes();

    /**
     * Sends bytes, blocking while the window is full.
     *
     * @throws java.io.InterruptedIOException if the thread is interrupted while it waits
     */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /**
     * Receives at least one byte, blocking until there is one.
     *
     * @return how many bytes were placed at {@code offset}, or -1 after an orderly end
     */
    int read(byte[] into, int offset, int length) throws IOException;

    /** Ends both directions; idempotent, never blocks on the peer. */
    void close(String reason);

    /** {@code in-band} or {@code direct}, as `tandem status` shows it. */
    String kind();
}
