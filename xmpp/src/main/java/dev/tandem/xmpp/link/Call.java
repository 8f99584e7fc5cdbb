package dev.tandem.xmpp.link;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * The body of REQUEST and OPEN: {@code UTF service | i32 remaining milliseconds | body}.
 *
 * @param remaining how much longer the caller waits: a duration, because clocks differ
 */
@SuppressWarnings("ArrayRecordComponent") // a value in transit, never compared
record Call(String service, Duration remaining, byte[] body) {
    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(service);
            out.writeInt((int) Math.min(Integer.MAX_VALUE, Math.max(0, remaining.toMillis())));
            out.write(body);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    static Call decode(byte[] message) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(message));
        String service = in.readUTF();
        int millis = in.readInt();
        if (millis < 0) {
            throw new IOException("a negative deadline");
        }
        return new Call(service, Duration.ofMillis(millis), in.readAllBytes());
    }
}
