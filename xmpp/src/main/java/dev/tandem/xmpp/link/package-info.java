/**
 * One pinned-TLS channel to each device, and many requests and streams inside it.
 *
 * <p>May depend on {@code carrier}, {@code direct} and {@code account}; Bouncy Castle makes the certificate.
 */
@NullMarked
package dev.tandem.xmpp.link;

import org.jspecify.annotations.NullMarked;
