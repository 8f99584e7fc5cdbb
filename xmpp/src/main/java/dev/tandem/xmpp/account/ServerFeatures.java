package dev.tandem.xmpp.account;

import java.util.Optional;

/**
 * What is known of the server that an account is signed in to.
 *
 * @param fullJid the address that it has given us
 * @param tls protocol and cipher suite of the connection
 * @param streamManagement whether a broken connection can be resumed (XEP-0198)
 */
public record ServerFeatures(String fullJid, Optional<String> tls, boolean streamManagement) {}
