package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceId;
import java.io.IOException;

/** Takes the streams of one service. */
@FunctionalInterface
public interface StreamHandler {
    /**
     * A peer has opened a stream; must not block, like {@link RequestHandler#handle}. The stream outlives the call:
     * whoever takes it over closes it.
     *
     * @throws IOException resets the stream, message included
     */
    void opened(DeviceId from, byte[] body, LinkStream stream) throws IOException;
}
