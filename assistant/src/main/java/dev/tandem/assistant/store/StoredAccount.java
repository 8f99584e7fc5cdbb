package dev.tandem.assistant.store;

import java.util.Optional;

/**
 * An account to sign in to when the daemon starts.
 *
 * @param jid bare JID, as normalised by whoever stores it
 * @param password in the clear; the file is mode 0600 in a directory of mode 0700
 * @param server {@code HOST:PORT}; empty: looked up
 * @param trustedCertificate the one certificate, as PEM, to accept besides the system's authorities
 */
public record StoredAccount(String jid, String password, Optional<String> server, Optional<String> trustedCertificate) {
    /** Leaves the password out. */
    @Override
    public String toString() {
        return "StoredAccount[" + jid + "]";
    }
}
