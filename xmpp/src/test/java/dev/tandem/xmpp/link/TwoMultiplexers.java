package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.testing.VirtualTime;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Two multiplexers on a wire that moves frames when it is told to, in one thread and virtual time. */
final class TwoMultiplexers {
    static final int RECORD = 4000;
    static final Duration INTERVAL = Duration.ofSeconds(60);

    /** One end, and what it was asked for. */
    final class End implements Multiplexer.Host {
        final Outbox outbox = new Outbox();
        final Multiplexer multiplexer;
        final Map<String, CompletableFuture<byte[]>> asked = new LinkedHashMap<>();
        final List<Call> calls = new ArrayList<>();
        final List<LinkStream> opened = new ArrayList<>();
        final List<Frame> sent = new ArrayList<>();
        int ends;

        @Nullable
        String ended;

        End(boolean opener) {
            multiplexer = new Multiplexer(
                    new DeviceId((opener ? "b" : "a").repeat(64)),
                    opener,
                    outbox,
                    this,
                    new Multiplexer.Surroundings(time.ticker(), time, INTERVAL),
                    new Counters());
        }

        @Override
        public void requested(Call call, CompletableFuture<byte[]> answer) {
            calls.add(call);
            asked.put(call.service(), answer);
        }

        @Override
        public void opened(Call call, LinkStream stream) {
            opened.add(stream);
        }

        @Override
        public Priority priority(String service) {
            return service.equals("content") ? Priority.BACKGROUND : Priority.NORMAL;
        }

        @Override
        public void ended(String reason) {
            ends++;
            ended = reason;
        }

        /** The next frame of this end goes over; false if there is none. */
        boolean moveOne(End to) {
            Frame frame = outbox.poll(RECORD);
            if (frame == null) {
                return false;
            }
            sent.add(frame);
            try {
                to.multiplexer.arrived(Frame.read(new ByteArrayInputStream(frame.encode())));
            } catch (IOException broken) {
                to.multiplexer.end(String.valueOf(broken.getMessage()));
            }
            return true;
        }
    }

    final VirtualTime time = new VirtualTime(new java.util.Random(1));
    final End one = new End(true);
    final End two = new End(false);

    /** Everything that is on its way arrives, and what it leads to. */
    void move() {
        boolean moved = true;
        while (moved) {
            moved = one.moveOne(two);
            moved |= two.moveOne(one);
        }
    }

    LinkStream open(String service) {
        try {
            LinkStream stream = one.multiplexer.open(service, new byte[0], Duration.ofMinutes(1));
            move();
            return stream;
        } catch (IOException down) {
            throw new UncheckedIOException(down);
        }
    }
}
