package dev.tandem.xmpp.link;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * One connection to one device: a {@link Multiplexer} over a secure channel, a thread that reads and one that writes.
 * The reading thread never runs callers' code nor waits for anything but the channel.
 */
final class Link {
    private static final int TLS_AND_HEADER_BYTES = 96;

    private final String peerName;
    private final SecureChannel channel;
    private final Counters counters;
    private final Outbox outbox = new Outbox();
    private final Multiplexer multiplexer;

    /** The link makes the multiplexer's outbox; {@code multiplexer} makes the rest. */
    Link(String peerName, SecureChannel channel, Counters counters, Function<Outbox, Multiplexer> multiplexer) {
        this.peerName = peerName;
        this.channel = channel;
        this.counters = counters;
        this.multiplexer = multiplexer.apply(outbox);
    }

    /** How much of a frame fits into one message of the carrier. */
    static int maxPayload(SecureChannel channel) {
        return Math.min(Frame.MAX_PAYLOAD, channel.messageBytes() - TLS_AND_HEADER_BYTES);
    }

    /** Exchanges the first frames, before the link counts as up; returns the other device's name. */
    static String greet(SecureChannel channel, String name) throws IOException {
        byte[] hello = ("1 " + name).getBytes(StandardCharsets.UTF_8);
        byte[] frame = new Frame(Frame.Type.HELLO, 0, 0, hello).encode();
        channel.write(frame, 0, frame.length);
        Frame answer = Frame.read(channel.input());
        String words = new String(answer.payload(), StandardCharsets.UTF_8);
        int space = words.indexOf(' ');
        if (answer.type() != Frame.Type.HELLO || space < 0) {
            throw new IOException("the other device did not greet");
        }
        String clean = words.substring(space + 1).replaceAll("\\p{Cntrl}", "");
        return clean.substring(0, Math.min(clean.length(), 100));
    }

    Multiplexer multiplexer() {
        return multiplexer;
    }

    String peerName() {
        return peerName;
    }

    String carrierKind() {
        return channel.carrierKind();
    }

    void readAll() {
        try {
            InputStream in = channel.input();
            while (multiplexer.isUp()) {
                multiplexer.arrived(Frame.read(in));
            }
        } catch (IOException broken) {
            multiplexer.end(Multiplexer.words(broken));
        }
    }

    void writeAll() {
        try {
            while (true) {
                byte[] bytes = outbox.take().encode();
                channel.write(bytes, 0, bytes.length);
                counters.frames.increment();
                counters.bytes.add(bytes.length);
            }
        } catch (IOException broken) {
            multiplexer.end(Multiplexer.words(broken));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        channel.close("the link is over");
    }
}
