package dev.tandem.xmpp.account;

import java.util.Optional;

/**
 * How to sign in to an account.
 *
 * @param jid bare JID
 * @param password in the clear
 * @param server {@code HOST:PORT}; empty to look it up (SRV records, else the domain on port 5222)
 * @param trustedCertificate PEM text of the one certificate to accept besides the system's authorities
 */
public record AccountSettings(
        String jid, String password, Optional<String> server, Optional<String> trustedCertificate) {
    @Override
    public String toString() {
        return "account " + jid; // never the password
    }
}
