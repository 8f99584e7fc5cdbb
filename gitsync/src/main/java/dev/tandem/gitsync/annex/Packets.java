package dev.tandem.gitsync.annex;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Git's packets (gitprotocol-common(5), pkt-line): four hex digits of length, then up to 65,516 bytes. */
final class Packets {
    static final int BYTES_MAX = 65_516;
    /** A list of more lines is none that git sends. */
    private static final int LINES_MAX = 1000;

    private final InputStream in;
    private final OutputStream out;

    Packets(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** The next packet; null for a flush packet, which ends a list. */
    byte @Nullable [] read() throws IOException {
        byte[] packet = readOrEnd();
        if (packet == null) {
            throw new EOFException("git has ended within a request");
        }
        return packet.length == 0 ? null : packet;
    }

    /** The next packet; empty for a flush packet, null where the stream ends before it. */
    private byte @Nullable [] readOrEnd() throws IOException {
        byte[] digits = in.readNBytes(4);
        if (digits.length == 0) {
            return null;
        }
        int length = length(new String(digits, StandardCharsets.US_ASCII));
        if (length == 0) {
            return new byte[0];
        }
        byte[] bytes = in.readNBytes(length - 4);
        if (bytes.length < length - 4) {
            throw new EOFException("git has ended within a packet");
        }
        return bytes;
    }

    private static int length(String digits) throws IOException {
        int length;
        try {
            length = Integer.parseUnsignedInt(digits, 16);
        } catch (NumberFormatException e) {
            throw new IOException("no packet of git's: " + digits, e);
        }
        // 4 would be an empty packet, which git does not send either
        if (digits.length() < 4 || (length != 0 && length < 5) || length > BYTES_MAX + 4) {
            throw new IOException("a packet of " + digits + " bytes");
        }
        return length;
    }

    /** The lines up to a flush packet, without their line ends; null where the stream ends before the first. */
    @Nullable
    List<String> readList() throws IOException {
        List<String> lines = new ArrayList<>();
        for (byte[] packet = readOrEnd(); packet != null; packet = readOrEnd()) {
            if (packet.length == 0) {
                return lines;
            }
            String line = new String(packet, StandardCharsets.UTF_8);
            lines.add(line.endsWith("\n") ? line.substring(0, line.length() - 1) : line);
            if (lines.size() > LINES_MAX) {
                throw new IOException("a list of more than " + LINES_MAX + " lines");
            }
        }
        if (lines.isEmpty()) {
            return null;
        }
        throw new EOFException("git has ended within a list");
    }

    /** Lines and a flush packet. */
    void writeList(String... lines) throws IOException {
        for (String line : lines) {
            byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
            write(bytes, 0, bytes.length);
        }
        end();
    }

    void write(byte[] bytes, int from, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int part = Math.min(BYTES_MAX, length - done);
            out.write(String.format("%04x", part + 4).getBytes(StandardCharsets.US_ASCII));
            out.write(bytes, from + done, part);
            done += part;
        }
    }

    /** A flush packet. */
    void end() throws IOException {
        out.write("0000".getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** What is written to it goes into packets, without a flush packet at the end. */
    OutputStream content() {
        return new OutputStream() {
            @Override
            public void write(int single) throws IOException {
                write(new byte[] {(byte) single}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                Packets.this.write(bytes, from, length);
            }
        };
    }
}
