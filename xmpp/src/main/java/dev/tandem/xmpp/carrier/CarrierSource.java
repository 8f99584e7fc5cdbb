package dev.tandem.xmpp.carrier;

import dev.tandem.xmpp.account.DeviceAddress;
import java.io.IOException;

/** Opens carriers through one account; {@code InBandCarriers} is the real one. Never blocks on the peer. */
public interface CarrierSource {
    /** Opens a carrier to a device; bytes may be written at once, the first answer proves that somebody is there. */
    Carrier open(DeviceAddress to) throws IOException;

    /** Asks a device to open one to us: that is for it to do when its id is the lower one. */
    void ask(DeviceAddress to) throws IOException;
}
