package dev.tandem.xmpp.link;

/** Whom a device meets directly. */
public enum Reach {
    /** Others on this very machine, at its loopback addresses too; nobody is told that it is here. */
    MACHINE,
    /** Others anywhere: it is announced on its network, and a gateway is asked to let connections in. */
    NETWORK
}
