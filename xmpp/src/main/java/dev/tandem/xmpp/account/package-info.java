/**
 * Signed in to an XMPP account and staying so, and which resources of a JID are Tandem devices.
 *
 * <p>May depend on Smack and nothing of ours.
 */
@NullMarked
package dev.tandem.xmpp.account;

import org.jspecify.annotations.NullMarked;
