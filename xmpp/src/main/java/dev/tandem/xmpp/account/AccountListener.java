package dev.tandem.xmpp.account;

/** Hears how an account fares. Called on the account's own thread: hand over and return. */
@FunctionalInterface
public interface AccountListener {
    /** The account is in a new state. */
    void stateChanged(AccountSettings account, AccountState state);
}
