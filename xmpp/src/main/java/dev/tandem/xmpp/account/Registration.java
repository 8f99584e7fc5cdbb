package dev.tandem.xmpp.account;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jivesoftware.smack.SmackException;
import org.jivesoftware.smack.XMPPException;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smack.tcp.XMPPTCPConnection;
import org.jivesoftware.smackx.iqregister.AccountManager;
import org.jxmpp.jid.impl.JidCreate;
import org.jxmpp.stringprep.XmppStringprepException;

/** Makes a new account on a server that gives one to anybody who asks (XEP-0077), over TLS only. */
public final class Registration {
    private final ThreadFactory threads;
    private final Duration patience;

    /**
     * Says how.
     *
     * @param threads for the connection, which ends with it
     * @param patience with the server, all in all
     */
    public Registration(ThreadFactory threads, Duration patience) {
        this.threads = threads;
        this.patience = patience;
    }

    /**
     * Makes the account; it can be signed in to when this returns.
     *
     * @throws IOException with the reason, in words that go on after "could not register … :"
     */
    public void register(AccountSettings settings) throws IOException, InterruptedException {
        PromptSockets sockets = new PromptSockets();
        ServerTrust trust = new ServerTrust(settings.trustedCertificate());
        XMPPTCPConnection smack = new XMPPTCPConnection(
                ServerConnection.configuration(settings, "registration", trust, sockets, patience));
        smack.setReplyTimeout(patience.toMillis());
        FutureTask<Boolean> asking = new FutureTask<>(asking(smack, settings));
        threads.newThread(asking).start();
        try {
            asking.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException silent) {
            throw new IOException("the server did not answer in time", silent);
        } catch (ExecutionException failure) {
            throw new IOException(cause(failure.getCause(), settings), failure);
        } finally {
            asking.cancel(true);
            sockets.abort();
            smack.instantShutdown();
        }
    }

    private static Callable<Boolean> asking(XMPPTCPConnection smack, AccountSettings settings) {
        return () -> {
            smack.connect();
            AccountManager accounts = AccountManager.getInstance(smack);
            if (!accounts.supportsAccountCreation()) {
                throw new IOException("the server gives no accounts to those who ask: its operator, or its website, does");
            }
            accounts.createAccount(
                    JidCreate.entityBareFrom(settings.jid()).getLocalpart(), settings.password());
            return true;
        };
    }

    private static String cause(Throwable failure, AccountSettings settings) {
        if (failure instanceof XMPPException.XMPPErrorException refused) {
            StanzaError.Condition condition = refused.getStanzaError().getCondition();
            return switch (condition) {
                case conflict -> "somebody has that name already";
                case not_allowed, forbidden, service_unavailable ->
                    "the server gives no accounts to those who ask: its operator, or its website, does";
                case not_acceptable, bad_request -> "the server wants to know more than a name and a password: register on"
                        + " its website";
                default -> "the server refused (" + condition + ")";
            };
        }
        if (failure instanceof SmackException.NoResponseException) {
            return "the server did not answer in time";
        }
        if (failure instanceof IOException && !(failure.getCause() instanceof XmppStringprepException)) {
            String words = failure.getMessage();
            return words == null ? failure.getClass().getSimpleName() : words;
        }
        return SignInFailure.of(failure, settings.jid()).cause();
    }
}
