package dev.tandem.xmpp.account;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which resources are Tandem devices, from the presence that the server sends by itself; no roster needed.
 *
 * <p>May be called from any thread; what has changed is for the caller to tell, outside the lock.
 */
final class Devices {
    /** Far more than anybody has; a contact that signs in without end must not fill our memory. */
    static final int MAX = 1024;

    /** Something to tell a {@link Messenger.DeviceListener}. */
    record Change(boolean available, DeviceAddress address) {
        void tell(Messenger.DeviceListener listener) {
            if (available) {
                listener.available(address);
            } else {
                listener.unavailable(address);
            }
        }
    }

    private final String account;
    private final DeviceId me;
    private final Map<String, DeviceAddress> byFullJid = new LinkedHashMap<>();
    private String ownFullJid = "";
    private boolean online;
    private volatile Set<DeviceAddress> now = Set.of();

    Devices(String account, DeviceId me) {
        this.account = account;
        this.me = me;
    }

    Set<DeviceAddress> now() {
        return now;
    }

    /**
     * Online again, for the first time or after {@link #offline} or without it.
     *
     * @param resumed the server takes the stream as never broken: it tells us only what changed, so that what we knew
     *     before holds
     */
    synchronized List<Change> signedIn(String fullJid, boolean resumed) {
        ownFullJid = fullJid;
        boolean toldGone = !online;
        online = true;
        if (resumed) {
            return published(toldGone ? changes(byFullJid, true) : List.of());
        }
        List<Change> changes = toldGone ? List.of() : changes(byFullJid, false);
        byFullJid.clear();
        return published(changes);
    }

    private static List<Change> changes(Map<String, DeviceAddress> devices, boolean available) {
        return devices.values().stream()
                .map(address -> new Change(available, address))
                .toList();
    }

    /** Everyone is out of reach; who was there is remembered in case the stream is resumed. May be said repeatedly. */
    synchronized List<Change> offline() {
        online = false;
        List<Change> changes =
                now.stream().map(address -> new Change(false, address)).toList();
        return published(changes);
    }

    /** That resource is there and says that it is that device, or nothing of the kind. */
    synchronized List<Change> available(String fullJid, Optional<DeviceId> claimed) {
        // Our own resource, and one that we left behind when a connection broke: neither is another device.
        Optional<DeviceId> device =
                claimed.filter(id -> !id.equals(me)).filter(id -> !fullJid.equalsIgnoreCase(ownFullJid));
        DeviceAddress before = byFullJid.get(fullJid);
        DeviceAddress after =
                device.map(id -> new DeviceAddress(id, account, fullJid)).orElse(null);
        if (after == null) {
            return before == null ? List.of() : gone(fullJid);
        }
        if (before == null && byFullJid.size() >= MAX) {
            return List.of();
        }
        if (after.equals(before)) {
            return published(List.of(new Change(true, after))); // may be a restarted one, that knows nothing any more
        }
        List<Change> changes = new ArrayList<>();
        if (before != null) {
            changes.add(new Change(false, before));
        }
        byFullJid.put(fullJid, after);
        changes.add(new Change(true, after));
        return published(changes);
    }

    /** A full JID is that resource; a bare one, all of that account. */
    synchronized List<Change> gone(String jid) {
        List<Change> changes = new ArrayList<>();
        byFullJid.values().removeIf(address -> {
            boolean match = address.fullJid().equals(jid) || address.bareJid().equals(jid);
            if (match) {
                changes.add(new Change(false, address));
            }
            return match;
        });
        return published(changes);
    }

    /** Nothing changes for anybody while we are offline: all have been told that all are gone. */
    private List<Change> published(List<Change> changes) {
        now = online ? Set.copyOf(byFullJid.values()) : Set.of();
        boolean tell = online || changes.stream().noneMatch(Change::available);
        return tell ? changes : List.of();
    }
}
