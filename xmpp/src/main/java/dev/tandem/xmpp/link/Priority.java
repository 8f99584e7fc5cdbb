package dev.tandem.xmpp.link;

/** Which stream's data leaves first when there is more than fits; requests go before all of it. */
public enum Priority {
    /** What somebody waits for: a push. */
    NORMAL,
    /** What may wait until nothing else is to be sent: the content of large files. */
    BACKGROUND
}
