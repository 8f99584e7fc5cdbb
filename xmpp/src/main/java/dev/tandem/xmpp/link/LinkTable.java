package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links that are up: to each device one through its account, and one directly where there is a way. What begins
 * takes the direct one.
 *
 * <p>Each change is told in the order in which it happened. A device whose direct link is lost is told to be down and
 * up again, although it never was out of reach: so whoever had something under way there begins it anew at once. Any
 * thread; listeners run on {@code events}.
 */
final class LinkTable {
    private static final Logger LOG = LoggerFactory.getLogger(LinkTable.class);

    private static final class Row {
        @Nullable
        Link inBand;

        @Nullable
        Link direct;

        @Nullable
        Link best() {
            return direct != null ? direct : inBand;
        }
    }

    private final Map<DeviceId, Row> rows = new LinkedHashMap<>();
    private final LinkListener listener;
    private final Executor events;
    private boolean closed;

    LinkTable(LinkListener listener, Executor events) {
        this.listener = listener;
        this.events = events;
    }

    /** The link that new requests and streams take. */
    synchronized Optional<Link> best(DeviceId device) {
        Row row = rows.get(device);
        return row == null ? Optional.empty() : Optional.ofNullable(row.best());
    }

    synchronized Optional<Link> get(DeviceId device, boolean direct) {
        Row row = rows.get(device);
        return row == null ? Optional.empty() : Optional.ofNullable(direct ? row.direct : row.inBand);
    }

    synchronized List<Link> all() {
        List<Link> all = new ArrayList<>();
        rows.values().forEach(row -> {
            if (row.inBand != null) {
                all.add(row.inBand);
            }
            if (row.direct != null) {
                all.add(row.direct);
            }
        });
        return all;
    }

    synchronized Set<DeviceId> devices() {
        return Set.copyOf(rows.keySet());
    }

    /**
     * The links in whose place this one comes: of the same kind, and all to an earlier run of the same daemon. They are
     * to be ended before it is added.
     */
    synchronized List<Link> displacedBy(Link link) {
        List<Link> displaced = new ArrayList<>();
        Row row = rows.get(link.device());
        if (row != null) {
            displaces(row.inBand, link, displaced);
            displaces(row.direct, link, displaced);
        }
        return displaced;
    }

    private static void displaces(@Nullable Link old, Link link, List<Link> displaced) {
        boolean sameRun =
                old != null && old.peer().instance().equals(link.peer().instance());
        if (old != null && (!sameRun || old.isDirect() == link.isDirect())) {
            displaced.add(old);
        }
    }

    /** Adds a link that displaces none; false if it does, or if it is too late. */
    synchronized boolean add(Link link) {
        if (closed || !displacedBy(link).isEmpty()) {
            return false;
        }
        Row row = rows.computeIfAbsent(link.device(), device -> new Row());
        Link before = row.best();
        if (link.isDirect()) {
            row.direct = link;
        } else {
            row.inBand = link;
        }
        if (before == null) {
            tellUp(link);
        } else if (row.best() != before) {
            PeerInfo peer = info(link);
            tell(() -> listener.rerouted(link.device(), peer));
        }
        return true;
    }

    /** Takes a link out; false if it was not in. */
    synchronized boolean remove(Link link, String reason) {
        Row row = rows.get(link.device());
        if (row == null || (row.inBand != link && row.direct != link)) {
            return false;
        }
        boolean wasBest = row.best() == link;
        if (row.direct == link) {
            row.direct = null;
        } else {
            row.inBand = null;
        }
        Link left = row.best();
        if (left == null) {
            rows.remove(link.device());
        }
        if (wasBest) {
            tell(() -> listener.down(link.device(), reason));
            if (left != null) {
                tellUp(left);
            }
        }
        return true;
    }

    private void tellUp(Link link) {
        PeerInfo peer = info(link);
        tell(() -> listener.up(link.device(), peer));
    }

    static PeerInfo info(Link link) {
        return new PeerInfo(link.peer().name(), link.account(), link.state().carrierKind());
    }

    /** Tells the listener, after all that came before. */
    void tell(Runnable event) {
        try {
            events.execute(event);
        } catch (RejectedExecutionException closing) {
            LOG.debug("nobody hears of links any more");
        }
    }

    /** No link comes in from now on. */
    synchronized void close() {
        closed = true;
    }
}
