package dev.tandem.assistant.core;

/**
 * What clients that are away have yet to be told: at most one notice of a kind each, stored when it first falls due and
 * forgotten when it has been said (PUSH-17). What it says is made when it is sent, so months of changes are one notice.
 */
final class Owed {
    private final FolderState folder;

    Owed(FolderState folder) {
        this.folder = folder;
    }

    void owe(Peer peer, Notice notice) {
        if (!peer.online && peer.owed.add(notice)) {
            folder.add(new Effect.Owe(peer.client, notice));
        }
    }

    /** It has been said and answered. */
    void settle(Peer peer, Notice notice) {
        if (peer.owed.remove(notice)) {
            folder.add(new Effect.Settle(peer.client, notice));
        }
    }
}
