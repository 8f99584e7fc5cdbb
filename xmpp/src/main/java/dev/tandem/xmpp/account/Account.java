package dev.tandem.xmpp.account;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jivesoftware.smack.AbstractXMPPConnection;
import org.jivesoftware.smack.ConnectionConfiguration.SecurityMode;
import org.jivesoftware.smack.ConnectionListener;
import org.jivesoftware.smack.SmackException;
import org.jivesoftware.smack.StanzaListener;
import org.jivesoftware.smack.XMPPException;
import org.jivesoftware.smack.filter.StanzaTypeFilter;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.PresenceBuilder;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.XmlElement;
import org.jivesoftware.smack.provider.ProviderManager;
import org.jivesoftware.smack.roster.Roster;
import org.jivesoftware.smack.tcp.XMPPTCPConnection;
import org.jivesoftware.smack.tcp.XMPPTCPConnectionConfiguration;
import org.jivesoftware.smackx.carbons.packet.CarbonExtension;
import org.jivesoftware.smackx.disco.ServiceDiscoveryManager;
import org.jivesoftware.smackx.hints.element.NoCopyHint;
import org.jivesoftware.smackx.hints.element.NoPermanentStoreHint;
import org.jivesoftware.smackx.hints.element.NoStoreHint;
import org.jivesoftware.smackx.ping.PingManager;
import org.jspecify.annotations.Nullable;
import org.jxmpp.jid.Jid;
import org.jxmpp.jid.impl.JidCreate;
import org.jxmpp.stringprep.XmppStringprepException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One XMPP account, signed in and staying so.
 *
 * <p>Each attempt is a connection of its own; what was lost on the way is the carrier's to send again. State changes
 * happen on one thread of the account's own; the methods may be called from any.
 */
public final class Account implements Messenger, Closeable {
    /** What tells a device from a chat client: in the capabilities (XEP-0115), and the carrier's namespace. */
    public static final String FEATURE = "urn:tandem:link:1";

    /** The namespace of pairing messages. */
    public static final String PAIRING = "urn:tandem:pair:1";

    private static final Logger LOG = LoggerFactory.getLogger(Account.class);
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final Duration GOODBYE = Duration.ofMillis(500);
    private static final Duration PING = Duration.ofSeconds(60);

    static {
        // Smack keeps its registries in statics: set once, before any connection
        PayloadElement.Provider provider = new PayloadElement.Provider();
        ProviderManager.addExtensionProvider("link", FEATURE, provider);
        ProviderManager.addExtensionProvider(DevicePresence.ELEMENT, FEATURE, provider);
        ProviderManager.addExtensionProvider("pair", PAIRING, provider);
        Roster.setRosterLoadedAtLoginDefault(false);
        Roster.setDefaultSubscriptionMode(Roster.SubscriptionMode.manual);
    }

    private final AccountSettings settings;
    private final DeviceId me;
    private final AccountListener listener;
    private final ScheduledExecutorService timers;
    private final ThreadFactory threads;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<String, PayloadListener> payloadListeners = new ConcurrentHashMap<>();
    private final Map<String, DeviceAddress> devices = new ConcurrentHashMap<>();
    private final List<DeviceListener> deviceListeners = new CopyOnWriteArrayList<>();
    private volatile Predicate<String> acceptsSubscription = jid -> false;
    private volatile AccountState state = new AccountState.Connecting(0);
    private volatile @Nullable AbstractXMPPConnection connection;
    private volatile boolean closed;
    private volatile int failures;
    private volatile Instant onlineSince = Instant.MAX;

    /** An account at rest; {@link #start} makes it sign in. */
    public Account(
            AccountSettings settings,
            DeviceId me,
            AccountListener listener,
            ScheduledExecutorService timers,
            ThreadFactory threads,
            InstantSource clock,
            RandomGenerator random) {
        this.settings = settings;
        this.me = me;
        this.listener = listener;
        this.timers = timers;
        this.threads = threads;
        this.clock = clock;
        this.random = random;
    }

    /** Begins to sign in; what comes of it is told to the listener. */
    public void start() {
        threads.newThread(this::attempt).start();
    }

    /** How it stands now. */
    public AccountState state() {
        return state;
    }

    private void attempt() {
        if (closed) {
            return;
        }
        become(new AccountState.Connecting(failures + 1));
        XMPPTCPConnection fresh = null;
        try {
            fresh = new XMPPTCPConnection(configuration());
            fresh.setReplyTimeout(CONNECT.toMillis());
            fresh.setUseStreamManagement(false);
            AbstractXMPPConnection mine = fresh;
            fresh.addConnectionListener(new ConnectionListener() {
                @Override
                public void connectionClosedOnError(Exception cause) {
                    lost(mine, cause);
                }

                @Override
                public void connectionClosed() {
                    lost(mine, new IOException("the server ended the connection"));
                }
            });
            listenTo(fresh);
            ServiceDiscoveryManager.getInstanceFor(fresh).addFeature(FEATURE);
            connection = fresh;
            fresh.connect().login();
            online(fresh);
        } catch (SmackException | XMPPException | IOException failure) {
            drop(fresh);
            failed(failure);
        } catch (InterruptedException stopping) {
            drop(fresh);
            Thread.currentThread().interrupt();
        }
    }

    private XMPPTCPConnectionConfiguration configuration() throws IOException {
        ServerTrust trust = new ServerTrust(settings.trustedCertificate());
        try {
            var jid = JidCreate.entityBareFrom(settings.jid());
            XMPPTCPConnectionConfiguration.Builder builder = XMPPTCPConnectionConfiguration.builder()
                    .setXmppAddressAndPassword(jid, settings.password())
                    .setResource("tandem-" + me.brief())
                    .setSecurityMode(SecurityMode.required)
                    .setCustomX509TrustManager(trust)
                    .setHostnameVerifier(trust)
                    .setSocketFactory(new LowLatencySockets())
                    .setConnectTimeout((int) CONNECT.toMillis())
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

    private void listenTo(AbstractXMPPConnection fresh) {
        StanzaListener presences = stanza -> presence(fresh, (Presence) stanza);
        fresh.addSyncStanzaListener(presences, StanzaTypeFilter.PRESENCE);
        fresh.addSyncStanzaListener(stanza -> message((Message) stanza), StanzaTypeFilter.MESSAGE);
    }

    private void online(XMPPTCPConnection fresh) throws SmackException, InterruptedException {
        onlineSince = clock.instant();
        PingManager pings = PingManager.getInstanceFor(fresh);
        pings.setPingInterval((int) PING.toSeconds());
        pings.registerPingFailedListener(() -> {
            drop(fresh);
            lost(fresh, new IOException("the server does not answer pings"));
        });
        // below zero and away for long: nobody's chat is ever routed to a daemon
        PresenceBuilder presence = fresh.getStanzaFactory()
                .buildPresenceStanza()
                .ofType(Presence.Type.available)
                .setPriority(-1)
                .setMode(Presence.Mode.xa)
                .addExtension(DevicePresence.of(me));
        become(new AccountState.Online(String.valueOf(fresh.getUser())));
        fresh.sendStanza(presence.build());
    }

    private void lost(AbstractXMPPConnection which, Exception cause) {
        if (which == connection && !closed) {
            connection = null;
            failed(cause);
        }
    }

    private void failed(Exception failure) {
        if (closed) {
            return;
        }
        LOG.debug("{} is not signed in", settings.jid(), failure);
        devices.keySet().forEach(this::gone);
        String where =
                settings.server().orElse(settings.jid().substring(settings.jid().indexOf('@') + 1));
        SignInFailure why = SignInFailure.of(failure, where);
        if (why.permanent()) {
            become(new AccountState.Refused(why.cause()));
            return;
        }
        boolean wasStable = onlineSince.isBefore(clock.instant().minus(Backoff.STABLE));
        failures = wasStable ? 1 : failures + 1;
        onlineSince = Instant.MAX;
        Duration wait = Backoff.after(failures, random);
        become(new AccountState.Offline(why.cause(), clock.instant().plus(wait)));
        var unused = timers.schedule(this::start, wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void become(AccountState next) {
        state = next;
        if (!closed) {
            listener.stateChanged(settings, next);
        }
    }

    private static void drop(@Nullable AbstractXMPPConnection old) {
        if (old instanceof XMPPTCPConnection tcp) {
            tcp.instantShutdown();
        }
    }

    private void presence(AbstractXMPPConnection from, Presence presence) {
        Jid sender = presence.getFrom();
        if (sender == null || from != connection) {
            return;
        }
        String jid = sender.toString();
        switch (presence.getType()) {
            case available ->
                DevicePresence.in(presence)
                        .filter(device -> !device.equals(me))
                        .ifPresent(device -> here(new DeviceAddress(device, settings.jid(), jid)));
            case unavailable, error -> gone(jid);
            case subscribe -> subscriptionAsked(from, sender);
            default -> {}
        }
    }

    private void here(DeviceAddress address) {
        devices.put(address.fullJid(), address);
        deviceListeners.forEach(device -> device.available(address));
    }

    private void gone(String fullJid) {
        DeviceAddress address = devices.remove(fullJid);
        if (address != null) {
            deviceListeners.forEach(device -> device.unavailable(address));
        }
    }

    private void subscriptionAsked(AbstractXMPPConnection on, Jid who) {
        String bare = who.asBareJid().toString();
        if (!acceptsSubscription.test(bare)) {
            return;
        }
        try {
            sendPresence(on, who, Presence.Type.subscribed);
            sendPresence(on, who, Presence.Type.subscribe);
        } catch (IOException offline) {
            LOG.debug("could not answer the subscription of {}", bare, offline);
        }
    }

    private static void sendPresence(AbstractXMPPConnection on, Jid to, Presence.Type type) throws IOException {
        deliver(
                on,
                on.getStanzaFactory()
                        .buildPresenceStanza()
                        .ofType(type)
                        .to(to.asBareJid())
                        .build());
    }

    private void message(Message message) {
        Jid sender = message.getFrom();
        if (sender == null || message.getType() == Message.Type.error) {
            return;
        }
        for (XmlElement extension : message.getExtensions()) {
            if (extension instanceof PayloadElement element) {
                PayloadListener target = payloadListeners.get(element.getNamespace());
                if (target != null) {
                    target.received(sender.toString(), element.payload());
                }
            }
        }
    }

    @Override
    public String bareJid() {
        return settings.jid();
    }

    @Override
    public void send(String toFullJid, Payload payload) throws IOException {
        AbstractXMPPConnection current = connection;
        if (current == null || !(state instanceof AccountState.Online)) {
            throw new IOException(settings.jid() + " is offline");
        }
        try {
            // headline: servers neither store it, nor copy it to other clients, nor bounce it (RFC 6121, 8.5.3)
            deliver(
                    current,
                    current.getStanzaFactory()
                            .buildMessageStanza()
                            .ofType(Message.Type.headline)
                            .to(JidCreate.fullFrom(toFullJid))
                            .addExtension(new PayloadElement(payload))
                            .addExtension(NoStoreHint.INSTANCE)
                            .addExtension(NoPermanentStoreHint.INSTANCE)
                            .addExtension(NoCopyHint.INSTANCE)
                            .addExtension(CarbonExtension.Private.INSTANCE)
                            .build());
        } catch (XmppStringprepException malformed) {
            throw new IOException("not an address: " + toFullJid, malformed);
        }
    }

    private static void deliver(AbstractXMPPConnection on, Stanza stanza) throws IOException {
        try {
            on.sendStanza(stanza);
        } catch (SmackException.NotConnectedException offline) {
            throw new IOException("the account is offline", offline);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopping);
        }
    }

    @Override
    public void listen(String namespace, PayloadListener target) {
        payloadListeners.put(namespace, target);
    }

    @Override
    public Set<DeviceAddress> devices() {
        return Set.copyOf(devices.values());
    }

    @Override
    public void watchDevices(DeviceListener watcher) {
        deviceListeners.add(watcher);
        devices.values().forEach(watcher::available);
    }

    @Override
    public void subscribe(String bareJid) throws IOException {
        AbstractXMPPConnection current = connection;
        if (current == null) {
            throw new IOException(settings.jid() + " is offline");
        }
        try {
            Jid who = JidCreate.bareFrom(bareJid);
            // a pre-approval (RFC 6121, 3.4) and a question; both are harmless where they hold already
            sendPresence(current, who, Presence.Type.subscribed);
            sendPresence(current, who, Presence.Type.subscribe);
        } catch (XmppStringprepException malformed) {
            throw new IOException("not an account: " + bareJid, malformed);
        }
    }

    @Override
    public void acceptSubscriptions(Predicate<String> bareJid) {
        acceptsSubscription = bareJid;
    }

    @Override
    public void close() {
        closed = true;
        AbstractXMPPConnection last = connection;
        connection = null;
        devices.clear();
        if (last instanceof XMPPTCPConnection tcp) {
            tcp.setReplyTimeout(GOODBYE.toMillis()); // some servers never say goodbye
            Thread goodbye = threads.newThread(tcp::disconnect);
            goodbye.start();
            try {
                goodbye.join(2 * GOODBYE.toMillis());
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
            tcp.instantShutdown();
        }
    }
}
