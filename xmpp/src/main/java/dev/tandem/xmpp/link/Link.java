package dev.tandem.xmpp.link;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.account.DeviceId;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One connection to one device: a {@link Multiplexer} over a secure channel, a thread that reads and one that writes.
 * The reading thread never runs callers' code nor waits for anything but the channel.
 */
final class Link {
    /** Not worth a frame of its own in what is left of a message. */
    private static final int CRUMB = 64;

    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Hello peer;
    private final String account;
    private final SecureChannel channel;
    private final Counters counters;
    private final Throughput throughput;
    private final Outbox outbox;
    private final Multiplexer multiplexer;
    private final CountDownLatch written = new CountDownLatch(1);
    private final CountDownLatch read = new CountDownLatch(1);
    private final long sinceNanos;
    private final Ticker ticker;

    /** The link makes the multiplexer's outbox; {@code multiplexer} makes the rest. */
    Link(
            Hello peer,
            String account,
            SecureChannel channel,
            Ticker ticker,
            Counters counters,
            Shaper.Share share,
            Function<Outbox, Multiplexer> multiplexer) {
        outbox = new Outbox(share);
        this.peer = peer;
        this.account = account;
        this.channel = channel;
        this.counters = counters;
        this.ticker = ticker;
        sinceNanos = ticker.read();
        throughput = new Throughput(ticker);
        this.multiplexer = multiplexer.apply(outbox);
    }

    /**
     * Exchanges the first frames, before the link counts as up: the one who chooses among several connections speaks
     * first, and only on the one that it has chosen.
     *
     * @throws RefusedException if the other end says why it wants none
     */
    static Hello greet(SecureChannel channel, Hello mine, boolean first) throws IOException {
        if (first) {
            say(channel, Frame.Type.HELLO, mine.encode());
        }
        Frame answer = Frame.read(channel.input());
        if (answer.type() == Frame.Type.GOAWAY) {
            throw new RefusedException(Multiplexer.said(answer.payload()));
        }
        if (answer.type() != Frame.Type.HELLO) {
            throw new IOException("the other device did not greet");
        }
        Hello theirs = Hello.decode(answer.payload());
        if (!first) {
            say(channel, Frame.Type.HELLO, mine.encode());
        }
        return theirs;
    }

    /** Says one thing on a channel that is no link yet. */
    static void say(SecureChannel channel, Frame.Type type, byte[] payload) throws IOException {
        byte[] frame = new Frame(type, 0, 0, payload).encode();
        channel.write(frame, 0, frame.length);
    }

    Multiplexer multiplexer() {
        return multiplexer;
    }

    DeviceId device() {
        return multiplexer.peer();
    }

    Hello peer() {
        return peer;
    }

    /** The bare JID that the way leads through. */
    String account() {
        return account;
    }

    boolean isDirect() {
        return channel.carrierKind().equals("direct");
    }

    Duration age() {
        return Duration.ofNanos(ticker.read() - sinceNanos);
    }

    LinkState state() {
        return new LinkState(
                channel.carrierKind(), multiplexer.roundTrip(), throughput.sentBest(), throughput.receivedBest());
    }

    /**
     * Reads until the end.
     *
     * @return whether the other end has taken its leave, rather than got lost
     */
    boolean readAll() {
        try {
            InputStream in = channel.input();
            channel.beforeWaiting(multiplexer::wakeReaders);
            while (multiplexer.isUp()) {
                Frame frame = Frame.read(in);
                throughput.received(frame.encodedBytes());
                multiplexer.take(frame);
            }
        } catch (RefusedException leave) {
            multiplexer.end(Multiplexer.words(leave));
            return true;
        } catch (IOException broken) {
            multiplexer.end(Multiplexer.words(broken));
        } finally {
            read.countDown();
        }
        return false;
    }

    void writeAll() {
        byte[] bytes = new byte[SecureChannel.MAX_WRITE_BYTES];
        try {
            while (true) {
                int filled = fill(bytes);
                channel.write(bytes, 0, filled);
                counters.bytes.add(filled);
                throughput.sent(filled);
            }
        } catch (IOException broken) {
            failed(broken);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        channel.close("the link is over");
        written.countDown();
    }

    /** What the other end said last may tell why nothing can be written any more: its word goes before ours. */
    private void failed(IOException writing) {
        try {
            if (multiplexer.isUp() && read.await(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        multiplexer.end(Multiplexer.words(writing));
    }

    /** As many frames as the carrier takes in one go at this moment; a single one leaves at once. */
    private int fill(byte[] bytes) throws IOException, InterruptedException {
        int room = channel.writeBytes();
        Frame next = outbox.take(room);
        int filled = 0;
        while (next != null) {
            next.encode(bytes, filled);
            filled += next.encodedBytes();
            counters.frames.increment();
            next = room - filled < CRUMB ? null : outbox.poll(room - filled);
        }
        return filled;
    }

    /** Waits until all that was to leave before the end has left. */
    boolean awaitWritten(Duration longest) throws InterruptedException {
        return written.await(longest.toMillis(), TimeUnit.MILLISECONDS);
    }
}
