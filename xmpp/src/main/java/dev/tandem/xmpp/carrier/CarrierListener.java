package dev.tandem.xmpp.carrier;

import dev.tandem.xmpp.account.DeviceAddress;

/** What {@code InBandCarriers} tells the link layer. Called on the carriers' own thread: hand over and return. */
public interface CarrierListener {
    /** A device is there and may be opened to, or asked to open. */
    void deviceAvailable(DeviceAddress address);

    /** A device has gone; carriers to it end by themselves unless it comes back in time. */
    void deviceUnavailable(DeviceAddress address);

    /** That device opened a carrier to us. Accept by using it, refuse by closing it. */
    void opened(DeviceAddress from, Carrier carrier);

    /** That device asks us to open a carrier to it. */
    void asked(DeviceAddress from);
}
