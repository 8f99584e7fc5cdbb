package dev.tandem.xmpp.account;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jivesoftware.smack.ConnectionConfiguration.SecurityMode;
import org.jivesoftware.smack.ConnectionListener;
import org.jivesoftware.smack.SmackException;
import org.jivesoftware.smack.StanzaListener;
import org.jivesoftware.smack.XMPPException;
import org.jivesoftware.smack.filter.StanzaTypeFilter;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.MessageBuilder;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaBuilder;
import org.jivesoftware.smack.packet.XmlElement;
import org.jivesoftware.smack.provider.ProviderManager;
import org.jivesoftware.smack.roster.Roster;
import org.jivesoftware.smack.sm.predicates.AfterXStanzas;
import org.jivesoftware.smack.tcp.XMPPTCPConnection;
import org.jivesoftware.smack.tcp.XMPPTCPConnectionConfiguration;
import org.jivesoftware.smackx.carbons.packet.CarbonExtension;
import org.jivesoftware.smackx.disco.ServiceDiscoveryManager;
import org.jivesoftware.smackx.hints.element.NoCopyHint;
import org.jivesoftware.smackx.hints.element.NoPermanentStoreHint;
import org.jivesoftware.smackx.hints.element.NoStoreHint;
import org.jivesoftware.smackx.ping.PingManager;
import org.jxmpp.jid.BareJid;
import org.jxmpp.jid.impl.JidCreate;
import org.jxmpp.stringprep.XmppStringprepException;

/** One Smack connection, set up our way; may be signed in again for as long as the server can resume its stream. */
final class ServerConnection {
    /** What the connection tells. Called on Smack's threads: hand over and return. */
    interface Events {
        void message(ServerConnection on, String from, Payload payload);

        void presence(ServerConnection on, Presence presence);

        /** Also of one that was told of before, or that never was signed in. */
        void lost(ServerConnection which, Exception cause);
    }

    /** How long each answer of the server may take. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    /** A network that is gone for longer has cost the stream at the server too, mostly. */
    private static final int ATTEMPTS_TO_RESUME = 5;

    private static final Duration SHUTDOWN = Duration.ofSeconds(5);

    /** Smack asks for an acknowledgement after every stanza by itself, which doubles the number of writes. */
    private static final int STANZAS_PER_REQUEST = 64;

    static {
        // Smack keeps its registries in statics: set once, before any connection
        PayloadElement.Provider provider = new PayloadElement.Provider();
        ProviderManager.addExtensionProvider("link", Account.FEATURE, provider);
        ProviderManager.addExtensionProvider(DevicePresence.ELEMENT, Account.FEATURE, provider);
        ProviderManager.addExtensionProvider("pair", Account.PAIRING, provider);
        ProviderManager.addExtensionProvider(ServerProbe.ELEMENT, ServerProbe.NAMESPACE, provider);
        Roster.setRosterLoadedAtLoginDefault(false);
        Roster.setDefaultSubscriptionMode(Roster.SubscriptionMode.manual);
    }

    private final XMPPTCPConnection smack;
    private final ServerTrust trust;
    private final PromptSockets sockets = new PromptSockets();
    private final ThreadFactory threads;
    private final Duration patience;
    private final Events events;

    /**
     * Whether all went well since it last connected. Else it is never signed in again: of a login that broke half-way
     * nobody knows what the server made of it, and Prosody 0.12 resumes a stream whose last stanza broke in the middle,
     * and takes all that follows for the rest of that one. There, only a new stream helps.
     */
    private volatile boolean proven = true;

    /** Since it was signed in last; of the account's own thread. */
    private int attempts;

    ServerConnection(
            AccountSettings settings,
            String resource,
            InstantSource clock,
            ThreadFactory threads,
            Duration patience,
            Events events)
            throws IOException {
        this.threads = threads;
        this.patience = patience;
        trust = new ServerTrust(settings.trustedCertificate());
        this.smack = new XMPPTCPConnection(configuration(settings, resource, trust, sockets, patience)) {
            /** Smack's hook for whoever wants to see all that goes in and out, called for each new socket. */
            @Override
            protected void initDebugger() {
                writer = new EvenWriter(writer, clock);
            }
        };
        this.events = events;
        smack.setReplyTimeout(patience.toMillis());
        smack.setUseStreamManagement(true);
        smack.setUseStreamManagementResumption(true);
        smack.addRequestAckPredicate(new AfterXStanzas(STANZAS_PER_REQUEST));
        // what a stream swallowed that could not be resumed is the carrier's to repeat; Smack's default repeats it too
        smack.addStanzaDroppedListener(stanza -> {});
        // Smack's default ends the connection for one stanza that it cannot read
        smack.setParsingExceptionCallback(unreadable -> {});
        PingManager.getInstanceFor(smack).setPingInterval(0);
        ServiceDiscoveryManager.getInstanceFor(smack).addFeature(Account.FEATURE);
        listen();
    }

    static XMPPTCPConnectionConfiguration configuration(
            AccountSettings settings, String resource, ServerTrust trust, PromptSockets sockets, Duration patience)
            throws IOException {
        try {
            var jid = JidCreate.entityBareFrom(settings.jid());
            XMPPTCPConnectionConfiguration.Builder builder = XMPPTCPConnectionConfiguration.builder()
                    .setXmppAddressAndPassword(jid, settings.password())
                    .setResource(resource)
                    .setSecurityMode(SecurityMode.required)
                    .setCustomX509TrustManager(trust)
                    .setHostnameVerifier(trust)
                    .setSocketFactory(sockets)
                    .setConnectTimeout((int) patience.toMillis())
                    .setCompressionEnabled(false)
                    .setSendPresence(false);
            if (settings.server().isPresent()) {
                String server = settings.server().get();
                int colon = server.lastIndexOf(':');
                builder.setHost(colon < 0 ? server : server.substring(0, colon));
                builder.setPort(colon < 0 ? 5222 : Integer.parseInt(server.substring(colon + 1)));
            }
            return builder.build();
        } catch (XmppStringprepException | NumberFormatException malformed) {
            throw new IOException("not an address: " + malformed.getMessage(), malformed);
        }
    }

    private void listen() {
        StanzaListener presences = stanza -> events.presence(this, (Presence) stanza);
        smack.addSyncStanzaListener(presences, StanzaTypeFilter.PRESENCE);
        smack.addSyncStanzaListener(stanza -> received((Message) stanza), StanzaTypeFilter.MESSAGE);
        smack.addConnectionListener(new ConnectionListener() {
            @Override
            public void connectionClosedOnError(Exception cause) {
                events.lost(ServerConnection.this, cause);
            }

            @Override
            public void connectionClosed() {
                events.lost(ServerConnection.this, new IOException("the server ended the connection"));
            }
        });
    }

    private void received(Message message) {
        // a bounce comes with our own words in it, seemingly from the peer
        if (message.getFrom() == null || message.getType() == Message.Type.error) {
            return;
        }
        for (XmlElement extension : message.getExtensions()) {
            if (extension instanceof PayloadElement element) {
                events.message(this, message.getFrom().toString(), element.payload());
            }
        }
    }

    /**
     * Connects and authenticates; unless the stream was resumed, nobody sees us yet. Ends, one way or the other, within
     * three times our patience, whatever the server or Smack may do.
     *
     * @return whether the stream of before was resumed (XEP-0198, 5)
     * @throws ResumptionRefused if it was not, though it could have been: another connection is needed
     */
    boolean signIn() throws SmackException, XMPPException, IOException, InterruptedException {
        attempts++;
        FutureTask<Boolean> signing = new FutureTask<>(this::connectAndLogIn);
        threads.newThread(signing).start();
        try {
            boolean resumed = signing.get(3 * patience.toMillis(), TimeUnit.MILLISECONDS);
            attempts = 0;
            return resumed;
        } catch (TimeoutException stuck) {
            throw new IOException("signing in took too long", stuck);
        } catch (ExecutionException failure) {
            Throwable cause = failure.getCause();
            if (cause != null) {
                Throwables.throwIfInstanceOf(cause, SmackException.class);
                Throwables.throwIfInstanceOf(cause, XMPPException.class);
                Throwables.throwIfInstanceOf(cause, IOException.class);
            }
            // also how Smack tells a thread that waits in its queue that the connection is gone
            throw new IOException("cut off while signing in", failure);
        } finally {
            if (!signing.isDone()) {
                proven = false;
                sockets.abort();
                signing.cancel(true); // Smack may wait for room in its queue without end, holding its lock
            }
        }
    }

    private boolean connectAndLogIn() throws SmackException, XMPPException, IOException, InterruptedException {
        boolean resumable = smack.isDisconnectedButSmResumptionPossible();
        smack.connect();
        proven = false;
        smack.login();
        boolean resumed = smack.streamWasResumed();
        if (resumable && !resumed) {
            throw new ResumptionRefused();
        }
        if (resumed) {
            ping(patience.dividedBy(2)); // the server has just spoken to us, and an answer is a matter of round trips
        } else {
            proven = true;
        }
        return resumed;
    }

    /** The server does not know our stream any more. */
    static final class ResumptionRefused extends IOException {
        private static final long serialVersionUID = 1L;

        ResumptionRefused() {
            super("the server did not resume the stream");
        }
    }

    /** Makes us seen: below zero and away for long, so that nobody's chat is ever routed to a daemon. */
    void announce(DeviceId me) throws IOException {
        sendAtOnce(StanzaBuilder.buildPresence()
                .ofType(Presence.Type.available)
                .setPriority(-1)
                .setMode(Presence.Mode.xa)
                .addExtension(DevicePresence.of(me))
                .build());
    }

    ServerFeatures features() {
        return new ServerFeatures(fullJid(), trust.negotiated(), smack.isSmEnabled());
    }

    String fullJid() {
        return String.valueOf(smack.getUser());
    }

    /** Whether signing in on this one again may go on where it was. */
    boolean isResumable() {
        return proven && attempts < ATTEMPTS_TO_RESUME && smack.isDisconnectedButSmResumptionPossible();
    }

    /** This one is not to be signed in again. */
    void giveUp() {
        proven = false;
    }

    /** Changes with whatever arrives. */
    long lastReceived() {
        return smack.getLastStanzaReceived();
    }

    /** Asks the server for a sign of life; without one in time, the connection counts as lost. Never blocks. */
    void ping() {
        ping(patience);
    }

    /** For whoever has waited long enough. */
    void pronounceDead() {
        events.lost(this, new IOException("the server is silent"));
    }

    private void ping(Duration atMost) {
        PingManager.getInstanceFor(smack)
                .pingAsync(smack.getXMPPServiceDomain(), atMost.toMillis())
                .onSuccess(pong -> proven = true)
                .onError(failure -> {
                    if (!(failure instanceof SmackException.OutgoingQueueFullException)) {
                        events.lost(this, failure);
                    }
                });
    }

    void send(String toFullJid, Payload payload) throws IOException {
        try {
            // A headline is neither stored nor copied to other clients (RFC 6121, 8.5; XEP-0280, 6.1). The hints are
            // for
            // servers that know better. On the carrier's messages only one: all four cost 13 % of Prosody's speed.
            MessageBuilder message = StanzaBuilder.buildMessage()
                    .ofType(Message.Type.headline)
                    .to(JidCreate.fullFrom(toFullJid))
                    .addExtension(new PayloadElement(payload))
                    .addExtension(NoStoreHint.INSTANCE);
            if (!payload.namespace().equals(Account.FEATURE)) {
                message.addExtension(NoPermanentStoreHint.INSTANCE)
                        .addExtension(NoCopyHint.INSTANCE)
                        .addExtension(CarbonExtension.Private.INSTANCE);
            }
            send(message.build());
        } catch (XmppStringprepException malformed) {
            throw new IOException("not an address: " + toFullJid, malformed);
        }
    }

    /** Sends {@code subscribe} or {@code subscribed}. */
    void sendSubscription(BareJid to, Presence.Type type) throws IOException {
        sendAtOnce(StanzaBuilder.buildPresence().ofType(type).to(to).build());
    }

    /** Never waits: our callers have others to serve. */
    private void sendAtOnce(Stanza stanza) throws IOException {
        try {
            smack.sendStanzaNonBlocking(stanza);
        } catch (SmackException.NotConnectedException | SmackException.OutgoingQueueFullException offline) {
            throw new IOException("the account is offline", offline);
        }
    }

    private void send(Stanza stanza) throws IOException {
        try {
            smack.sendStanza(stanza);
        } catch (SmackException.NotConnectedException offline) {
            throw new IOException("the account is offline", offline);
        } catch (InterruptedException woken) {
            if (!smack.isConnected()) {
                throw new IOException("the account is offline", woken); // how Smack wakes those who wait in its queue
            }
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while sending");
            interrupted.initCause(woken);
            throw interrupted;
        }
    }

    /** Says goodbye, so that others see us leave at once; some servers never answer, so for so long at most. */
    void signOut(Duration atMost) {
        smack.setReplyTimeout(atMost.toMillis());
        smack.disconnect();
    }

    /** Drops the socket without a word; the stream stays resumable. Takes 5 s at most. */
    void drop() {
        sockets.abort();
        Thread shutdown = threads.newThread(smack::instantShutdown); // waits for Smack's own threads and lock
        shutdown.start();
        try {
            shutdown.join(SHUTDOWN.toMillis());
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        if (shutdown.isAlive()) {
            giveUp();
        }
    }
}
