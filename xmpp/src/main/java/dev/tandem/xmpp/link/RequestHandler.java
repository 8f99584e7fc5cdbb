package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceId;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Answers the requests of one service. */
@FunctionalInterface
public interface RequestHandler {
    /**
     * Takes one request; must not block. One link's requests and streams are handed over one after the other, in the
     * order in which they came; those of different links do not wait for each other.
     *
     * @param from proven by the link
     * @return the answer, at any later time; a failure's message is the asker's failure
     * @throws IOException becomes the asker's failure at once, message included
     */
    CompletableFuture<byte[]> handle(DeviceId from, byte[] body) throws IOException;
}
