package dev.tandem.assistant;

import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.delta.Signature;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What travels on a stream of contents; {@code docs/protocol.md} has the table.
 *
 * <pre>
 *   each request: u16 n, n bytes of the key | i64 offset | u8 1 if a signature of what is held follows
 *   the end:      u16 0
 *   each answer:  u8 what it is | i64 size of the whole content | the bytes from the offset, or a recipe for them
 *                 u8 2: the content is not here
 *   meanwhile, from the receiver: i32 bytes that it has taken in since it last said so
 * </pre>
 */
final class ContentWire {
    /** The stream: opened with a {@link PushWire.Message} without tips. */
    static final String STREAM = "content";

    static final int BYTES = 0;
    static final int RECIPE = 1;
    static final int GONE = 2;

    /** No honest peer asks for more at once. */
    private static final int REQUESTS_MAX = 256;

    /** How often a receiver says what it has taken in. */
    static final int REPORT_BYTES = 16 * 1024;

    private ContentWire() {}

    /**
     * One content that is asked for.
     *
     * @param offset how much of it is there already
     * @param held what the receiver has of another version, or null
     */
    record Request(Key key, long offset, @Nullable Signature held) {}

    /** The answer's head; {@code totalBytes} is 0 where the content is not here. */
    record Answer(int kind, long totalBytes) {}

    static void write(List<Request> requests, OutputStream stream) throws IOException {
        DataOutputStream out = new DataOutputStream(stream);
        for (Request request : requests) {
            byte[] name = request.key.toString().getBytes(StandardCharsets.UTF_8);
            out.writeShort(name.length);
            out.write(name);
            out.writeLong(request.offset);
            out.writeByte(request.held == null ? 0 : 1);
            if (request.held != null) {
                request.held.writeTo(out);
            }
        }
        out.writeShort(0);
        out.flush();
    }

    static List<Request> requests(InputStream stream) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        List<Request> requests = new ArrayList<>();
        for (int length = in.readUnsignedShort(); length > 0; length = in.readUnsignedShort()) {
            if (requests.size() == REQUESTS_MAX) {
                throw new IOException("more than " + REQUESTS_MAX + " contents were asked for at once");
            }
            byte[] name = in.readNBytes(length);
            Optional<Key> key = Key.parse(new String(name, StandardCharsets.UTF_8));
            long offset = in.readLong();
            if (name.length < length || key.isEmpty() || offset < 0) {
                throw new IOException("a request for a content that makes no sense");
            }
            Signature held = in.readByte() == 1 ? Signature.readFrom(in) : null;
            requests.add(new Request(key.get(), offset, held));
        }
        return requests;
    }

    static void answer(Answer answer, OutputStream stream) throws IOException {
        DataOutputStream out = new DataOutputStream(stream);
        out.writeByte(answer.kind);
        if (answer.kind != GONE) {
            out.writeLong(answer.totalBytes);
        }
        out.flush();
    }

    static Answer answer(InputStream stream) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        int kind = in.readUnsignedByte();
        if (kind > GONE) {
            throw new IOException("an answer that makes no sense");
        }
        return new Answer(kind, kind == GONE ? 0 : in.readLong());
    }
}
