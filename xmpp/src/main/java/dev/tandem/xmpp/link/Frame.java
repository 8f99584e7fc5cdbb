package dev.tandem.xmpp.link;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * What travels inside a link.
 *
 * <pre>
 *   u8 type | u8 flags | i32 stream | u16 length | payload
 * </pre>
 *
 * @param flags {@link #MORE} where the message goes on in the next frame of the stream
 * @param stream 0 for the link itself; odd numbers are the opener's, even ones the other's
 */
@SuppressWarnings("ArrayRecordComponent") // a value in transit, never compared
record Frame(Type type, int flags, int stream, byte[] payload) {
    static final int HEADER_BYTES = 8;
    static final int MAX_PAYLOAD = 16_000;
    static final int MORE = 1;

    /** What a frame is; the numbers are the protocol's. */
    enum Type {
        HELLO(1),
        REQUEST(2),
        RESPONSE(3),
        FAILURE(4),
        OPEN(5),
        DATA(6),
        CREDIT(7),
        END(8),
        RESET(9),
        CANCEL(10),
        PING(11),
        PONG(12),
        GOAWAY(13);

        private final int number;

        Type(int number) {
            this.number = number;
        }

        /** Whether a message of this kind may take several frames. */
        boolean mayBeCut() {
            return this == REQUEST || this == RESPONSE || this == OPEN;
        }
    }

    private static final Type[] TYPES = Type.values();

    boolean hasMore() {
        return (flags & MORE) != 0;
    }

    int encodedBytes() {
        return HEADER_BYTES + payload.length;
    }

    byte[] encode() {
        byte[] bytes = new byte[encodedBytes()];
        encode(bytes, 0);
        return bytes;
    }

    void encode(byte[] into, int at) {
        into[at] = (byte) type.number;
        into[at + 1] = (byte) flags;
        putInt(into, at + 2, stream);
        into[at + 6] = (byte) (payload.length >>> 8);
        into[at + 7] = (byte) payload.length;
        System.arraycopy(payload, 0, into, at + HEADER_BYTES, payload.length);
    }

    /** Reads one frame; the length is checked before anything is allocated. */
    static Frame read(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        int type = data.readUnsignedByte() - 1;
        int flags = data.readUnsignedByte();
        int stream = data.readInt();
        int length = data.readUnsignedShort();
        if (type < 0 || type >= TYPES.length || length > MAX_PAYLOAD || stream < 0) {
            throw new IOException("a malformed frame: type " + (type + 1) + ", length " + length);
        }
        byte[] payload = new byte[length];
        data.readFully(payload);
        return new Frame(TYPES[type], flags, stream, payload);
    }

    static void putInt(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >>> 24);
        bytes[at + 1] = (byte) (value >>> 16);
        bytes[at + 2] = (byte) (value >>> 8);
        bytes[at + 3] = (byte) value;
    }

    static int getInt(byte[] bytes, int at) throws IOException {
        if (bytes.length < at + 4) {
            throw new IOException("a frame that is too short");
        }
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | (bytes[at + 3] & 0xff);
    }
}
