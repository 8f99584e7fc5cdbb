package dev.tandem.xmpp.direct;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** One way of asking a gateway to forward a TCP port. Blocks, for a few seconds at most. */
interface GatewayProtocol {
    /** What a gateway granted. Close it with {@link #release}. */
    interface Mapping {
        InetSocketAddress external();

        /** How long it lasts from now on; longer than zero. */
        Duration lease();

        /** Ends it at the gateway. */
        void release() throws IOException;
    }

    /**
     * Asks for a mapping, or for one more lease of what was granted before.
     *
     * @param port of this device, and the external one that is wanted
     * @throws IOException if no gateway answers or it refuses
     */
    Mapping map(int port, Duration lease) throws IOException;
}
