package dev.tandem.xmpp.direct;

import dev.tandem.xmpp.carrier.Carrier;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Connects to an address. */
@FunctionalInterface
public interface Dialer {
    /**
     * Blocks until connected.
     *
     * @throws IOException if there is no connection within the timeout; one line says why
     */
    Carrier connect(InetSocketAddress address, Duration timeout) throws IOException;
}
