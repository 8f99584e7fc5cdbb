package dev.tandem.assistant.core;

/** The two halves of a push, each with a queue of its own, so that neither ever waits for the other. */
public enum PushType {
    /** We push to the client. */
    SEND_PACK,
    /** The client pushes to us. */
    RECEIVE_PACK
}
