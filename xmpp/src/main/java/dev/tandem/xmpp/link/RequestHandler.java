package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceId;
import java.io.IOException;

/** Answers the requests of one service. */
@FunctionalInterface
public interface RequestHandler {
    /**
     * Answers one request, on a worker; may block for as long as the asker waits.
     *
     * @param from proven by the link
     * @throws IOException becomes the asker's failure, message included
     */
    byte[] handle(DeviceId from, byte[] body) throws IOException;
}
