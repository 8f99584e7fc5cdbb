package dev.tandem.xmpp.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.testing.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A multiplexer whose peer sends whatever it likes, and reads only when told to. One thread, virtual time. */
final class HostilePeer implements Multiplexer.Host, AutoCloseable {
    static final Duration LONG = Duration.ofMinutes(1);

    static final int RECORD = 4008;
    static final Duration INTERVAL = Duration.ofSeconds(60);

    /** What a stream begins with. */
    static final int CREDIT_BYTES = Windows.FIRST;

    final VirtualTime time = new VirtualTime(new SplittableRandom(1));
    final Outbox outbox = new Outbox();
    final Multiplexer link;

    /** Requests of the peer's that nobody has answered. */
    final List<CompletableFuture<byte[]>> asked = new ArrayList<>();

    /** Streams of the peer's that nobody has read. */
    final List<LinkStream> opened = new ArrayList<>();

    final List<String> endings = new ArrayList<>();

    /** We are the opener: our numbers are odd, the peer's are even. */
    HostilePeer() {
        DeviceId peer = new DeviceId("ab".repeat(32));
        link = new Multiplexer(
                peer, true, outbox, this, new Multiplexer.Surroundings(time.ticker(), time, INTERVAL), new Counters());
    }

    /** The peer sends a frame; what is malformed ends the link, as its reader does it. */
    void sends(Frame frame) {
        try {
            link.arrived(frame);
        } catch (IOException broken) {
            link.end(Multiplexer.words(broken));
        }
    }

    void sends(Frame.Type type, int flags, int id, byte[] payload) {
        sends(new Frame(type, flags, id, payload));
    }

    void sends(Frame.Type type, int id) {
        sends(type, 0, id, new byte[0]);
    }

    void asks(int id) {
        sends(Frame.Type.REQUEST, 0, id, call());
    }

    void opens(int id) {
        sends(Frame.Type.OPEN, 0, id, call());
    }

    static byte[] call() {
        return new Call("service", LONG, new byte[0]).encode();
    }

    static byte[] number(int number) {
        byte[] bytes = new byte[4];
        Frame.putInt(bytes, 0, number);
        return bytes;
    }

    /** We have a request and a stream open, so that the peer's frames can meet them. */
    void callAndOpen() throws IOException {
        var unused = link.request("service", "question".getBytes(UTF_8), LONG);
        var stream = link.open("service", new byte[0], LONG);
        stream.output().write(1);
    }

    /** What the peer reads next; null if nothing has been sent. */
    @Nullable
    Frame reads() {
        return outbox.poll(RECORD);
    }

    boolean isUp() {
        return link.isUp();
    }

    @Override
    public void requested(Call call, CompletableFuture<byte[]> answer) {
        asked.add(answer);
    }

    @Override
    public void opened(Call call, LinkStream stream) {
        opened.add(stream);
    }

    @Override
    public Priority priority(String service) {
        return Priority.NORMAL;
    }

    @Override
    public void ended(String reason) {
        endings.add(reason);
    }

    @Override
    public void close() {
        link.end("the test is over");
    }
}
