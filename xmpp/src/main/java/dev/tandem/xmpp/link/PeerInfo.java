package dev.tandem.xmpp.link;

/**
 * What is known of the device at the other end of a link.
 *
 * @param name as it calls itself
 * @param account its bare JID
 * @param carrierKind {@code in-band} or {@code direct}
 */
public record PeerInfo(String name, String account, String carrierKind) {}
