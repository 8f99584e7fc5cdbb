package dev.tandem.xmpp.account;

import java.io.IOException;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the layers above need of a signed-in account: invisible messages to full JIDs, and who is there.
 *
 * <p>{@code Account} is the real one; tests use one in memory. All methods may be called from any thread.
 */
public interface Messenger {
    /** Our own account, without resource. */
    String bareJid();

    /**
     * Sends one message; may block while the connection's own queue is full.
     *
     * @throws IOException if the account is not online; the message is then not sent later either
     */
    void send(String toFullJid, Payload payload) throws IOException;

    /** Whoever registered a namespace last receives its messages; those of unknown namespaces are ignored. */
    void listen(String namespace, PayloadListener listener);

    /** Every Tandem device that is there now, ours of the same account included, this one not. */
    Set<DeviceAddress> devices();

    /** Hears of devices that come and go, at first of all that are there now. */
    void watchDevices(DeviceListener listener);

    /** Asks for that account's presence and lets it see ours; does nothing where this already holds. */
    void subscribe(String bareJid) throws IOException;

    /** Decides which accounts may subscribe to our presence; until it is set, nobody. */
    void acceptSubscriptions(Predicate<String> bareJid);

    /** Comings and goings, on the account's delivery thread: never block here. */
    interface DeviceListener {
        /** A device signed in, or its address changed. */
        void available(DeviceAddress address);

        /** A device signed out, or our own account went offline. */
        void unavailable(DeviceAddress address);

        /**
         * Our own account lost its connection. The devices that were there may be told as unavailable afterwards; while
         * the server may still let us go on where we were (XEP-0198), they are not.
         */
        default void signedOut() {}

        /** Our own account is connected again; devices that were told as unavailable show themselves again. */
        default void signedIn() {}
    }
}
