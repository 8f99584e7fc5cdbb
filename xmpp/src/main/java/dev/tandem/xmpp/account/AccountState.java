package dev.tandem.xmpp.account;

import java.time.Instant;

/** How an account stands with its server. */
public sealed interface AccountState {
    /** An attempt is under way; the first is number 1. */
    record Connecting(int attempt) implements AccountState {}

    /** Signed in; the server has given us this address. */
    record Online(String fullJid) implements AccountState {}

    /** Not signed in; tried again at that time. The cause is one line and names its kind. */
    record Offline(String cause, Instant retryAt) implements AccountState {}

    /** The server, or its certificate, will not do: not tried again until the settings change. */
    record Refused(String cause) implements AccountState {}
}
