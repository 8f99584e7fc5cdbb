package dev.tandem.xmpp.account;

import java.io.IOException;
import java.io.Writer;
import java.time.InstantSource;
import java.util.Arrays;

/**
 * Cuts the stream into pieces of equal size, each of which becomes one TLS record; at full speed also the last piece
 * before a pause, which is filled up with the blanks that may stand between stanzas (RFC 6120, 4.6.1).
 *
 * <p>For Prosody (0.12, net.server_epoll): it reads 8192 bytes at a time, and where a record has been read in part
 * only, it goes to sleep for a millisecond before it reads on. That halves its speed for as long as the reads and the
 * records are out of step. Records of equal size, of which a whole number makes 8192 bytes, never are, wherever a read
 * begins.
 */
final class EvenWriter extends Writer {
    /** In characters; ours are all ASCII, so that they are bytes. */
    static final int PIECE = 2048;

    private static final long PERIOD_MILLIS = 100;

    /** In a period. Below, no server is kept busy, and what is filled up would only be counted by one that shapes. */
    private static final int FAST_BYTES = 32 * 1024;

    /** After the last fast period: one piece of another size, while much is under way, puts the server out of step. */
    private static final long FAST_MILLIS = 3_000;

    private final Writer out;
    private final InstantSource clock;
    private final char[] piece = new char[PIECE];
    private int used;
    private long periodMillis;
    private int periodBytes;
    private long fastUntilMillis;

    /** {@code out} must be one that turns each flush into one write. */
    EvenWriter(Writer out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
        periodMillis = clock.millis();
    }

    @Override
    public void write(char[] from, int offset, int length) throws IOException {
        synchronized (lock) {
            for (int at = 0; at < length; ) {
                int some = Math.min(PIECE - used, length - at);
                System.arraycopy(from, offset + at, piece, used, some);
                filled(some);
                at += some;
            }
        }
    }

    @Override
    public void write(String from, int offset, int length) throws IOException {
        synchronized (lock) {
            for (int at = 0; at < length; ) {
                int some = Math.min(PIECE - used, length - at);
                from.getChars(offset + at, offset + at + some, piece, used);
                filled(some);
                at += some;
            }
        }
    }

    private void filled(int some) throws IOException {
        used += some;
        if (used == PIECE) {
            pass();
        }
    }

    private void pass() throws IOException {
        out.write(piece, 0, used);
        out.flush();
        periodBytes += used;
        used = 0;
    }

    @Override
    public void flush() throws IOException {
        synchronized (lock) {
            if (used > 0 && isFast()) {
                Arrays.fill(piece, used, PIECE, ' ');
                used = PIECE;
            }
            pass();
        }
    }

    private boolean isFast() {
        long now = clock.millis();
        long passed = Math.max(PERIOD_MILLIS, now - periodMillis);
        if (periodBytes * PERIOD_MILLIS / passed >= FAST_BYTES) {
            fastUntilMillis = now + FAST_MILLIS;
        }
        if (now - periodMillis >= PERIOD_MILLIS) {
            periodMillis = now;
            periodBytes = 0;
        }
        return now < fastUntilMillis;
    }

    @Override
    public void close() throws IOException {
        synchronized (lock) {
            pass();
            out.close();
        }
    }
}
