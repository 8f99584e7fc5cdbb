/**
 * From a short code to each other's certificate.
 *
 * <p>May depend on {@code link}, {@code account}, Smack's stanza types and Bouncy Castle's J-PAKE.
 */
@NullMarked
package dev.tandem.xmpp.pairing;

import org.jspecify.annotations.NullMarked;
