package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.SimulatedWire;
import dev.tandem.xmpp.testing.VirtualTime;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One end of a link: the real {@link Multiplexer} on a simulated wire, for those who never wait. */
public final class SimulatedLink implements SimulatedWire.Sitting {
    private static final int MESSAGE_BYTES = 4000;
    private static final Duration INTERVAL = Duration.ofSeconds(60);

    /** What an end's owner answers to. */
    public interface Owner {
        /** A request of the peer's, to be answered at any time. */
        void requested(SimulatedLink link, String service, byte[] body, CompletableFuture<byte[]> answer);

        /** A stream that the peer has opened. */
        void opened(SimulatedLink link, String service, byte[] body, SimulatedStream stream);

        /** It is over; called once. */
        void ended(SimulatedLink link, String reason);
    }

    private final Multiplexer multiplexer;
    private final Outbox outbox;
    private final SimulatedWire.End wire;
    private boolean sending;

    /** The two ends of a link differ in {@code opener}. */
    public SimulatedLink(DeviceId peer, boolean opener, SimulatedWire.End wire, Owner owner, VirtualTime time) {
        this.wire = wire;
        outbox = new Outbox(this::send);
        Multiplexer.Surroundings around = new Multiplexer.Surroundings(time.ticker(), time, INTERVAL);
        multiplexer = new Multiplexer(peer, opener, outbox, new Host(owner), around, new Counters());
        wire.sit(this);
    }

    /** Asks the peer. */
    public CompletableFuture<byte[]> request(String service, byte[] body, Duration deadline) {
        return multiplexer.request(service, body, deadline);
    }

    /** Opens a stream. */
    public SimulatedStream open(String service, byte[] body, Duration deadline) throws IOException {
        return new SimulatedStream(multiplexer.open(service, body, deadline));
    }

    /** The peer at the other end. */
    public DeviceId peer() {
        return multiplexer.peer();
    }

    /** Ends this end; the other notices when it hears nothing more. */
    public void end(String reason) {
        multiplexer.end(reason);
    }

    private void send() {
        if (sending) {
            return; // whoever is at it sends this too
        }
        sending = true;
        while (!wire.isFull()) {
            Frame next = outbox.poll(MESSAGE_BYTES);
            if (next == null) {
                break;
            }
            wire.write(next.encode());
        }
        sending = false;
    }

    @Override
    public void arrived(byte[] message) {
        try {
            multiplexer.arrived(Frame.read(new ByteArrayInputStream(message)));
        } catch (IOException broken) {
            multiplexer.end(String.valueOf(broken.getMessage()));
        }
    }

    @Override
    public void writable() {
        send();
    }

    @Override
    public void silent() {
        multiplexer.end("the other device has been silent for two minutes");
    }

    private final class Host implements Multiplexer.Host {
        private final Owner owner;

        Host(Owner owner) {
            this.owner = owner;
        }

        @Override
        public void requested(Call call, CompletableFuture<byte[]> answer) {
            owner.requested(SimulatedLink.this, call.service(), call.body(), answer);
        }

        @Override
        public void opened(Call call, LinkStream stream) {
            owner.opened(SimulatedLink.this, call.service(), call.body(), new SimulatedStream(stream));
        }

        @Override
        public Priority priority(String service) {
            return Priority.NORMAL;
        }

        @Override
        public void ended(String reason) {
            wire.close();
            owner.ended(SimulatedLink.this, reason);
        }
    }

    /** A real {@link LinkStream}, used without ever waiting. */
    public static final class SimulatedStream {
        private final LinkStream stream;

        SimulatedStream(LinkStream stream) {
            this.stream = stream;
        }

        /** Runs when something can be read or written, or the stream has failed. */
        public void whenReady(Runnable listener) {
            stream.whenReady(listener);
        }

        /** What can be read now: null if nothing, empty at the end. */
        public byte @Nullable [] poll() throws IOException {
            if (!stream.isReadable()) {
                return null;
            }
            byte[] bytes = new byte[MESSAGE_BYTES];
            int read = stream.input().read(bytes);
            return read < 0 ? new byte[0] : java.util.Arrays.copyOf(bytes, read);
        }

        /** Writes as much as there is credit for; returns how much. */
        public int offer(byte[] bytes, int from) throws IOException {
            int size = (int) Math.min(bytes.length - from, stream.writable());
            if (size > 0) {
                stream.output().write(bytes, from, size);
            }
            return size;
        }

        /** Nothing more will be written. */
        public void end() {
            stream.end();
        }

        /** Breaks it off. */
        public void reset(String reason) {
            stream.reset(reason);
        }

        /** Gives up whatever is not over. */
        public void close() {
            stream.close();
        }
    }
}
