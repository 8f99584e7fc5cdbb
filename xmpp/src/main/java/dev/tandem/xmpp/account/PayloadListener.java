package dev.tandem.xmpp.account;

/** Receives the messages of one namespace, in the order in which the account's connection delivered them. */
@FunctionalInterface
public interface PayloadListener {
    /**
     * A message arrived. Called on the account's delivery thread: never block here.
     *
     * @param fromFullJid the sender as the server stamped it
     * @param payload what it carried
     */
    void received(String fromFullJid, Payload payload);
}
