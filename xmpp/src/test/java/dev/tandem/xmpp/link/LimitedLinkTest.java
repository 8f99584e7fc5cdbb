package dev.tandem.xmpp.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.testing.VirtualTicker;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What leaves a link whose rate is limited")
@SuppressWarnings("NullAway") // a frame that is expected
class LimitedLinkTest {
    private static final int ROOM = 64 * 1024;
    private final VirtualTicker ticker = new VirtualTicker();
    private final Shaper shaper = new Shaper(ticker);
    private final Outbox outbox = new Outbox(shaper.share(false));
    private final HostilePeer other = new HostilePeer();

    @BeforeEach
    void limit() {
        shaper.limit(new Rates(10_000, 0));
    }

    private LinkStream stream(int id, Priority priority, int bytes) throws Exception {
        LinkStream stream = new LinkStream(other.link, id, priority);
        stream.output().write(new byte[bytes]);
        outbox.ready(stream);
        return stream;
    }

    private Frame next() {
        return outbox.poll(ROOM);
    }

    @Test
    @DisplayName("are messages at once, and data after its time")
    void messagesAtOnce() throws Exception {
        stream(2, Priority.BACKGROUND, 20_000);
        while (next() != null) {
            // what may leave at once
        }
        outbox.message(Frame.Type.PING, 0, new byte[8]);
        outbox.message(Frame.Type.CREDIT, 4, new byte[4]);

        assertThat(next().type()).isEqualTo(Frame.Type.PING);
        assertThat(next().type()).isEqualTo(Frame.Type.CREDIT);
        assertThat(next()).isNull();
        ticker.pass(Duration.ofSeconds(1));
        assertThat(next().type()).isEqualTo(Frame.Type.DATA);
    }

    @Test
    @DisplayName("is a push before contents that were there first")
    void pushesFirst() throws Exception {
        stream(2, Priority.BACKGROUND, 30_000);
        ticker.pass(Duration.ofSeconds(1));
        assertThat(next().stream()).isEqualTo(2);
        stream(4, Priority.NORMAL, 3_000);

        assertThat(next().stream()).isEqualTo(4);
        ticker.pass(Duration.ofSeconds(1));
        assertThat(next().stream()).isEqualTo(4);
    }

    @Test
    @DisplayName("is in small frames, as much in a minute as the limit says")
    void rate() throws Exception {
        long sent = 0;
        LinkStream stream = stream(2, Priority.BACKGROUND, 30_000);
        for (int i = 0; i < 1000; i++) {
            for (Frame frame = next(); frame != null; frame = next()) {
                assertThat(frame.payload().length).isLessThanOrEqualTo(1024);
                sent += frame.encodedBytes();
                stream.creditArrived(frame.payload().length);
                stream.output().write(new byte[frame.payload().length]);
                outbox.ready(stream);
            }
            ticker.pass(Duration.ofMillis(60));
        }
        assertThat(sent).isBetween(590_000L, 610_000L);
    }
}
