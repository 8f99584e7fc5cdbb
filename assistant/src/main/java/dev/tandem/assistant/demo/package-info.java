/**
 * The XMPP server of the tour, inside the process and on loopback only.
 *
 * <p>May depend on Apache Vysper, Mina and Bouncy Castle, and on nothing of ours. Never offered to users as a server.
 */
@NullMarked
package dev.tandem.assistant.demo;

import org.jspecify.annotations.NullMarked;
