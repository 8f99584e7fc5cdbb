/**
 * Ordered, reliable bytes to one device.
 *
 * <p>May depend on {@code account} and Smack's stanza types.
 */
@NullMarked
package dev.tandem.xmpp.carrier;

import org.jspecify.annotations.NullMarked;
