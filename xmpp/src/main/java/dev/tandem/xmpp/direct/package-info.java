/**
 * Straight from device to device over TCP, without the server between them: where a device can be dialled, who is near,
 * and connections as carriers.
 *
 * <p>Nothing here believes anybody: a connection, an address or an announcement is only worth trying, and the pinned
 * handshake above decides. May depend on {@code carrier}'s interface and {@code account}'s ids; JmDNS and the UPnP
 * library have their home here.
 */
@NullMarked
package dev.tandem.xmpp.direct;

import org.jspecify.annotations.NullMarked;
