package dev.tandem.assistant.store;

import java.util.Optional;

/**
 * An account to be signed in to.
 *
 * @param server {@code HOST:PORT}, or empty to look it up
 * @param trustedCertificate path of a PEM file, or empty
 */
public record StoredAccount(String jid, String password, Optional<String> server, Optional<String> trustedCertificate) {
    @Override
    public String toString() {
        return "account " + jid; // never the password
    }
}
