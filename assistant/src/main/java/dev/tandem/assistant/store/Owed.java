package dev.tandem.assistant.store;

import java.util.UUID;

/**
 * A notice to a client that was away; there is at most one of a kind for a client, as only the newest matters.
 *
 * @param folder our folder's uuid
 * @param client the peer's repository uuid
 * @param kind which notice; what it says is made anew when it is sent
 */
public record Owed(UUID folder, UUID client, Kind kind) {
    /** Notices that are remembered. */
    public enum Kind {
        /** We have something new. */
        CAN_PUSH,
        /** We would like to be pushed to. */
        PUSH_REQUEST
    }
}
