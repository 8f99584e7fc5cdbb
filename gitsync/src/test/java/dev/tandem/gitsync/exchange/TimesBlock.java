package dev.tandem.gitsync.exchange;

import java.io.IOException;
import java.util.List;

/** The block of modification times that travels before a pack, for who sends hostile ones. */
public final class TimesBlock {
    private TimesBlock() {}

    /** Reads a block as a receiver does; anything else than one is an {@link IOException}. */
    public static int decode(byte[] block) throws IOException {
        return FileTimes.decode(block).entries().size();
    }

    /** A sound one. */
    public static byte[] encode(List<FileTimes.FileTime> times) throws IOException {
        return new FileTimes(times).encode();
    }
}
