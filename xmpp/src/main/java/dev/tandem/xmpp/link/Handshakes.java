package dev.tandem.xmpp.link;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.Carrier;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes a carrier a link: both ends prove who they are, greet each other, and the link takes its place in the table.
 */
final class Handshakes {
    /** Long enough for a server that many devices have just come to at once. */
    private static final Duration IN_BAND = Duration.ofSeconds(30);

    private static final Duration DIRECT = Duration.ofSeconds(10);
    private static final Duration IN_BAND_INTERVAL = Duration.ofSeconds(60);
    private static final Duration DIRECT_INTERVAL = Duration.ofSeconds(15);

    /** More than a greeting takes. */
    private static final int GREETING = 4000;

    private final DeviceIdentity me;
    private volatile Hello hello;
    private final Services services;
    private final LinkTable table;
    private final ExecutorService workers;
    private final ScheduledExecutorService timers;
    private final Ticker ticker;
    private final Counters counters;
    private final Shaper shaper;
    private final BiConsumer<Link, String> lost;

    /** {@code lost} hears of each link that was in the table and is over. */
    Handshakes(
            DeviceIdentity me,
            Hello hello,
            Services services,
            LinkTable table,
            ExecutorService workers,
            ScheduledExecutorService timers,
            Ticker ticker,
            Counters counters,
            Shaper shaper,
            BiConsumer<Link, String> lost) {
        this.shaper = shaper;
        this.me = me;
        this.hello = hello;
        this.services = services;
        this.table = table;
        this.workers = workers;
        this.timers = timers;
        this.ticker = ticker;
        this.counters = counters;
        this.lost = lost;
    }

    /** Greets with that name from now on. */
    void rename(String name) {
        hello = new Hello(hello.instance(), name);
    }

    DeviceId me() {
        return me.id();
    }

    /** Whether this end is the one that opens in-band, and that chooses among several direct connections. */
    boolean leads(DeviceId peer) {
        return me.id().compareTo(peer) < 0;
    }

    /**
     * Blocks until the link is up.
     *
     * @param expected who the other end may be
     * @param client whether this end has opened the carrier
     * @param chosen asked once it is proven who is there, by the end that leads: whether to go on
     * @param account the bare JID that the way leads through
     * @throws RefusedException if the other end says why it wants no link
     */
    Link establish(
            Carrier carrier, Predicate<DeviceId> expected, boolean client, Predicate<DeviceId> chosen, String account)
            throws IOException {
        boolean direct = isDirect(carrier);
        ScheduledFuture<?> deadline = closeLater(carrier, direct ? DIRECT : IN_BAND);
        try {
            SecureChannel channel = SecureChannel.handshake(carrier, me, expected, client);
            DeviceId peer = channel.peer();
            boolean leads = leads(peer);
            if (leads && !chosen.test(peer)) {
                throw new IOException("another connection was chosen");
            }
            Hello theirs = Link.greet(channel, hello, leads);
            Link link = link(channel, theirs, account, direct ? DIRECT_INTERVAL : IN_BAND_INTERVAL);
            takePlace(link);
            run(link);
            return link;
        } catch (IOException failed) {
            carrier.close("the handshake failed");
            throw failed;
        } finally {
            deadline.cancel(false);
        }
    }

    /** Tells a device, once it has proven to be that device, why there will be no link. */
    void turnAway(Carrier carrier, DeviceId who, boolean client, String reason) {
        ScheduledFuture<?> deadline = closeLater(carrier, IN_BAND);
        try {
            SecureChannel channel = SecureChannel.handshake(carrier, me, who::equals, client);
            Link.say(channel, Frame.Type.GOAWAY, Multiplexer.text(reason));
            channel.input()
                    .skipNBytes(GREETING); // it closes when it has read the reason; not before that, not for long
        } catch (IOException gone) {
            // then it has to do without the reason
        } finally {
            deadline.cancel(false);
            carrier.close(reason);
        }
    }

    private ScheduledFuture<?> closeLater(Carrier carrier, Duration after) {
        return timers.schedule(
                () -> carrier.close("the handshake took too long"), after.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static boolean isDirect(Carrier carrier) {
        return carrier.kind().equals("direct");
    }

    private Link link(SecureChannel channel, Hello theirs, String account, Duration interval) {
        AtomicReference<@Nullable Link> self = new AtomicReference<>();
        Multiplexer.Host host = services.serve(channel.peer(), reason -> {
            Link over = self.get();
            if (over != null && table.remove(over, reason)) {
                lost.accept(over, reason);
            }
        });
        Shaper.Share share = shaper.share(!channel.carrierKind().equals("direct"));
        Multiplexer.Surroundings around = new Multiplexer.Surroundings(ticker, timers, interval, share);
        Link link = new Link(
                theirs,
                account,
                channel,
                ticker,
                counters,
                share,
                outbox -> new Multiplexer(channel.peer(), leads(channel.peer()), outbox, host, around, counters));
        self.set(link);
        return link;
    }

    /** GRID-6: all of the former links has failed before anything of the new one is heard. */
    private void takePlace(Link link) throws IOException {
        while (!table.add(link)) {
            List<Link> displaced = table.displacedBy(link);
            if (displaced.isEmpty()) {
                link.multiplexer().end("the daemon stops");
                throw new IOException("the daemon stops");
            }
            displaced.forEach(old -> old.multiplexer().end("a newer connection took its place"));
        }
    }

    /** A daemon that takes its leave on one link will not be heard on another, even if that is noticed later. */
    private void read(Link link) {
        if (link.readAll()) {
            table.all().stream()
                    .filter(other -> other.device().equals(link.device()))
                    .filter(other -> other.peer().instance().equals(link.peer().instance()))
                    .forEach(other -> other.multiplexer().end("the other device has taken its leave"));
        }
    }

    private void run(Link link) throws IOException {
        try {
            workers.execute(link::writeAll);
            workers.execute(() -> read(link));
        } catch (RejectedExecutionException stopping) {
            link.multiplexer().end("the daemon stops");
            throw new IOException("the daemon stops", stopping);
        }
        link.multiplexer().ping();
    }
}
