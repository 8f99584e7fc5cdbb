package dev.tandem.assistant.demo;

import java.util.List;
import org.apache.vysper.xmpp.addressing.Entity;
import org.apache.vysper.xmpp.delivery.StanzaRelay;
import org.apache.vysper.xmpp.protocol.HandlerDictionary;
import org.apache.vysper.xmpp.protocol.ProtocolWorker;
import org.apache.vysper.xmpp.protocol.StanzaProcessor;
import org.apache.vysper.xmpp.server.DefaultServerRuntimeContext;
import org.apache.vysper.xmpp.server.ServerFeatures;
import org.apache.vysper.xmpp.state.resourcebinding.ResourceRegistry;

/**
 * Handles each stanza before the next is read, on the thread that read it.
 *
 * <p>Vysper's own queue hands the stanzas of one client to ten threads, against RFC 6120, 10.1. Its pool starts no
 * thread before the first stanza, so it costs nothing to leave it idle.
 */
final class OrderedContext extends DefaultServerRuntimeContext {
    private final StanzaProcessor inOrder = new ProtocolWorker();

    OrderedContext(
            Entity server,
            StanzaRelay relay,
            ServerFeatures features,
            List<HandlerDictionary> dictionaries,
            ResourceRegistry resources) {
        super(server, relay, features, dictionaries, resources);
    }

    @Override
    public StanzaProcessor getStanzaProcessor() {
        return inOrder;
    }
}
