package dev.tandem.assistant.core;

/** What became of one content that was asked for. */
public enum FetchResult {
    /** It is here, and is what its key says. */
    HERE,
    /** The peer has not got it, whatever was recorded. */
    GONE,
    /** What came is not what the key says. */
    DAMAGED,
    /** It was not transferred: the link broke, or the peer was busy. What has come is kept. */
    BROKEN,
    /** There is no room for it here. */
    NO_ROOM
}
