package dev.tandem.assistant.core;

/** What can be owed to a client that is away; only the newest of a kind matters, and what it says is made when sent. */
public enum Notice {
    /** We have something new. */
    CAN_PUSH,
    /** We would like to be pushed to. */
    PUSH_REQUEST
}
