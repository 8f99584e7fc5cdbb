package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;

/** Hears of links, one event at a time, on one thread of the links' own: hand over and return. */
public interface LinkListener {
    /** A device can be reached. */
    void up(DeviceId device, PeerInfo peer);

    /** What begins from now on takes another way to a device; nothing that was under way has failed. */
    void rerouted(DeviceId device, PeerInfo peer);

    /** It no longer can; everything that was under way has failed already. */
    void down(DeviceId device, String reason);

    /** Somebody was turned away; told once an hour for each device and reason. */
    void refused(DeviceAddress from, String reason);

    /** A paired device wants no link with this one; told like {@link #refused}. */
    void turnedAway(DeviceId by, String reason);
}
