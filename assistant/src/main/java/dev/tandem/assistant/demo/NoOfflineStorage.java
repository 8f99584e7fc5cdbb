package dev.tandem.assistant.demo;

import java.util.Collection;
import java.util.List;
import org.apache.vysper.xmpp.modules.extension.xep0160_offline_storage.OfflineStorageProvider;
import org.apache.vysper.xmpp.stanza.Stanza;

/**
 * Keeps nothing for an account that is away: Tandem's messages are of no use later, and Vysper complains without one.
 */
final class NoOfflineStorage implements OfflineStorageProvider {
    @Override
    public Collection<Stanza> getStanzasForBareJID(String bareJid) {
        return List.of();
    }

    @Override
    public void receive(Stanza stanza) {
        // Dropped, as said above.
    }
}
