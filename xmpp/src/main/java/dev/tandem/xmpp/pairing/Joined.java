package dev.tandem.xmpp.pairing;

import java.io.IOException;
import java.util.Arrays;

/** Two pieces in one message: {@code u16 length of the first | first | second}. */
final class Joined {
    private Joined() {}

    static byte[] join(byte[] one, byte[] two) {
        byte[] both = new byte[2 + one.length + two.length];
        both[0] = (byte) (one.length >>> 8);
        both[1] = (byte) one.length;
        System.arraycopy(one, 0, both, 2, one.length);
        System.arraycopy(two, 0, both, 2 + one.length, two.length);
        return both;
    }

    static byte[][] split(byte[] both) throws IOException {
        int first = both.length < 2 ? Integer.MAX_VALUE : (both[0] & 0xff) << 8 | (both[1] & 0xff);
        if (first > both.length - 2) {
            throw new IOException("a message that is cut off");
        }
        return new byte[][] {Arrays.copyOfRange(both, 2, 2 + first), Arrays.copyOfRange(both, 2 + first, both.length)};
    }
}
