/**
 * What {@code tandem demo} needs besides Tandem itself: an XMPP server inside the process, on loopback, for a few
 * minutes.
 *
 * <p>May depend on Vysper and MINA, which nothing else may see. Never offered to users as a server.
 */
@NullMarked
package dev.tandem.assistant.demo;

import org.jspecify.annotations.NullMarked;
