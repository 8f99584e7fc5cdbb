package dev.tandem.assistant.demo;

import java.util.List;
import java.util.concurrent.ExecutorService;
import org.apache.vysper.storage.StorageProviderRegistry;
import org.apache.vysper.xml.fragment.Attribute;
import org.apache.vysper.xmpp.addressing.Entity;
import org.apache.vysper.xmpp.addressing.EntityImpl;
import org.apache.vysper.xmpp.delivery.failure.DeliveryException;
import org.apache.vysper.xmpp.delivery.failure.DeliveryFailureStrategy;
import org.apache.vysper.xmpp.delivery.inbound.DeliveringInternalInboundStanzaRelay;
import org.apache.vysper.xmpp.modules.roster.RosterException;
import org.apache.vysper.xmpp.modules.roster.RosterItem;
import org.apache.vysper.xmpp.modules.roster.persistence.RosterManager;
import org.apache.vysper.xmpp.stanza.PresenceStanza;
import org.apache.vysper.xmpp.stanza.PresenceStanzaType;
import org.apache.vysper.xmpp.stanza.Stanza;
import org.apache.vysper.xmpp.stanza.StanzaBuilder;
import org.apache.vysper.xmpp.stanza.XMPPCoreStanza;
import org.apache.vysper.xmpp.state.resourcebinding.ResourceRegistry;

/**
 * Carries stanzas between clients in the order in which they were sent, and tells whoever signs in which resources are
 * there already (RFC 6121, 4.2.2 and 4.3.2).
 *
 * <p>Vysper does neither: it delivers on ten threads, answers a probe from the bare JID, and does not introduce the
 * resources of one account to each other. Lives on the server's one processor thread.
 */
final class OrderedRelay extends DeliveringInternalInboundStanzaRelay {
    private final RosterManager rosters;

    OrderedRelay(
            Entity server,
            ResourceRegistry resources,
            StorageProviderRegistry storage,
            RosterManager rosters,
            ExecutorService inOrder) {
        super(server, resources, storage);
        this.rosters = rosters;
        // The pool made by the superclass has started no thread yet, so there is nothing else to end.
        executor.shutdown();
        executor = inOrder;
    }

    @Override
    public void relay(Entity receiver, Stanza stanza, DeliveryFailureStrategy onFailure) throws DeliveryException {
        if (XMPPCoreStanza.getWrapper(stanza) instanceof PresenceStanza presence) {
            Entity from = presence.getFrom();
            if (from != null && from.isResourceSet() && answersPresence(receiver, from, presence, onFailure)) {
                return;
            }
        }
        super.relay(receiver, stanza, onFailure);
    }

    /** Whether the stanza was a probe, and is dealt with; a client's own presence come back to it goes on. */
    private boolean answersPresence(
            Entity receiver, Entity from, PresenceStanza presence, DeliveryFailureStrategy onFailure)
            throws DeliveryException {
        PresenceStanzaType type = presence.getPresenceType();
        if (type == PresenceStanzaType.PROBE && maySee(from, receiver)) {
            introduce(receiver.getBareJID(), from, onFailure);
            return true;
        }
        if (PresenceStanzaType.isAvailable(type)
                && receiver.getFullQualifiedName().equals(from.getFullQualifiedName())) {
            introduce(receiver.getBareJID(), from, onFailure);
        }
        return false;
    }

    private void introduce(Entity account, Entity newcomer, DeliveryFailureStrategy onFailure)
            throws DeliveryException {
        for (String resource : resourceRegistry.getAvailableResources(account)) {
            Entity other = new EntityImpl(account, resource);
            PresenceStanza latest = serverRuntimeContext.getPresenceCache().get(other);
            if (latest != null && !resource.equals(newcomer.getResource())) {
                List<Attribute> addresses = List.of(
                        new Attribute("from", other.getFullQualifiedName()),
                        new Attribute("to", newcomer.getFullQualifiedName()));
                super.relay(
                        newcomer,
                        StanzaBuilder.createClone(latest, true, addresses).build(),
                        onFailure);
            }
        }
    }

    private boolean maySee(Entity watcher, Entity watched) throws DeliveryException {
        try {
            RosterItem item = rosters.getContact(watched.getBareJID(), watcher.getBareJID());
            return item != null && item.hasFrom();
        } catch (RosterException e) {
            throw new DeliveryException(e);
        }
    }
}
