package dev.tandem.assistant.core;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whose messages a folder acts upon: those of repositories that it is shared with, while it is not paused. */
final class Admission {
    /** Refusals are told once each, and a hostile peer can invent reasons: beyond this, they are not told. */
    private static final int MAX_REFUSALS_TOLD = 1000;

    private final FolderState folder;
    private final Peers peers;
    private final Set<String> refusalsTold = new HashSet<>();

    Admission(FolderState folder, Peers peers) {
        this.folder = folder;
        this.peers = peers;
    }

    /** The peer that asks, or null: it has been refused then. */
    @Nullable
    Peer admitted(Client from, long reply) {
        String refusal = refusal(from);
        if (refusal != null) {
            folder.add(new Effect.Refuse(reply, refusal));
            return null;
        }
        return peers.find(from);
    }

    /** Why a client's message is not acted upon, or null; journalled once for each reason. */
    @Nullable
    String refusal(Client from) {
        if (!peers.knows(from)) {
            String reason = "repository " + from.uuid() + " is not known to this folder on " + folder.device;
            if (refusalsTold.size() < MAX_REFUSALS_TOLD && refusalsTold.add(from.device() + " " + reason)) {
                folder.note("refused", "device", from.device().brief(), "reason", reason);
            }
            return reason;
        }
        return folder.paused ? "the folder is paused on " + folder.device : null;
    }
}
