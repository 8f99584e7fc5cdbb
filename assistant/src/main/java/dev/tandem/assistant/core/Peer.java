package dev.tandem.assistant.core;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a folder knows of one client. Owned by the folder's dispatcher thread. */
final class Peer {
    final Client client;
    String name;
    String jid;
    boolean online;

    @Nullable
    String carrier;

    /** Its last word is not to be trusted: it was away, or has never spoken. */
    boolean desynced = true;

    /** What it last said, or what we last knew of it, that it holds. */
    Tips known = Tips.NONE;

    /** When it said so, on the core's own clock of messages; 0 if never since the start. */
    long knownAt;

    /** What we last pushed to it on this link; it will say when that is merged. */
    @Nullable
    Tips pushed;

    @Nullable
    Instant lastSync;

    /** Failures in a row, of whatever we asked of it. */
    int failures;

    /** Whether it will be asked again what it holds, should it then still not be what we hold. */
    boolean recheckDue;

    /** How often in a row that was so: the checks become rarer. */
    int rechecks;

    /** Why it refused us, so that the same reason is journalled once. */
    @Nullable
    String refusal;

    Peer(Client client, String name, String jid) {
        this.client = client;
        this.name = name;
        this.jid = jid;
    }
}
