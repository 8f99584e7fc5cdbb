package dev.tandem.xmpp.account;

import dev.tandem.xmpp.account.Devices.Change;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jivesoftware.smack.SmackException;
import org.jivesoftware.smack.XMPPException;
import org.jivesoftware.smack.packet.Presence;
import org.jspecify.annotations.Nullable;
import org.jxmpp.jid.Jid;
import org.jxmpp.jid.impl.JidCreate;
import org.jxmpp.stringprep.XmppStringprepException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One XMPP account, signed in and staying so.
 *
 * <p>A connection that breaks is resumed where the server can do that (XEP-0198): nothing is lost then, and nobody is
 * told that anybody was gone. Else a new one is made, and what was lost on the way is the carrier's to send again.
 *
 * <p>Attempts and changes of state happen on one thread of the account's own; messages and presence are delivered on
 * the connection's, in its order. The methods may be called from any.
 */
public final class Account implements Messenger, Closeable {
    /** What tells a device from a chat client: in the capabilities (XEP-0115), and the carrier's namespace. */
    public static final String FEATURE = "urn:tandem:link:1";

    /** The namespace of pairing messages. */
    public static final String PAIRING = "urn:tandem:pair:1";

    private static final Logger LOG = LoggerFactory.getLogger(Account.class);
    private static final Duration GOODBYE = Duration.ofMillis(500);

    /** Hex digits of our id in our resource: as many as tell a person's devices apart, and more if they do not. */
    private static final int SHORT_RESOURCE = 8;

    private static final int LONG_RESOURCE = 16;

    /** For so long a broken connection is nobody's business: most are resumed within two seconds. */
    private static final Duration DISCREET = Duration.ofSeconds(20);

    private final AccountSettings settings;
    private final DeviceId me;
    private final AccountListener listener;
    private final ScheduledExecutorService timers;
    private final ThreadFactory threads;
    private final InstantSource clock;
    private final Duration patience;
    private final ThreadPoolExecutor own;
    private final Map<String, PayloadListener> payloadListeners = new ConcurrentHashMap<>();
    private final Devices devices;
    private final Liveness liveness;
    private final List<DeviceListener> deviceListeners = new CopyOnWriteArrayList<>();
    private volatile Predicate<String> acceptsSubscription = jid -> false;
    private volatile AccountState state = new AccountState.Connecting(0);
    private volatile boolean closed;

    /** The one to send on; cleared as soon as anybody notices that it is broken. */
    private volatile @Nullable ServerConnection online;

    /** The one whose stream may be resumed, or that is being signed in. */
    private volatile @Nullable ServerConnection connection;

    // of the own thread
    private final Backoff backoff;
    private Instant lostAt = Instant.MAX;
    private int resourceDigits = SHORT_RESOURCE;

    /** An account at rest; {@link #start} makes it sign in. */
    public Account(
            AccountSettings settings,
            DeviceId me,
            AccountListener listener,
            ScheduledExecutorService timers,
            ThreadFactory threads,
            InstantSource clock,
            RandomGenerator random) {
        this(settings, me, listener, timers, threads, clock, random, ServerConnection.PATIENCE);
    }

    /** As above, with another patience with the server. */
    Account(
            AccountSettings settings,
            DeviceId me,
            AccountListener listener,
            ScheduledExecutorService timers,
            ThreadFactory threads,
            InstantSource clock,
            RandomGenerator random,
            Duration patience) {
        this.patience = patience;
        this.settings = settings;
        this.me = me;
        this.listener = listener;
        this.timers = timers;
        this.threads = threads;
        this.clock = clock;
        backoff = new Backoff(random);
        devices = new Devices(settings.jid(), me);
        liveness = new Liveness(timers, this::onOwnThread, patience);
        own = new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    }

    /** Begins to sign in; what comes of it is told to the listener. */
    public void start() {
        onOwnThread(this::attempt);
    }

    /** What is known of the server; empty while we are not signed in. */
    public Optional<ServerFeatures> features() {
        ServerConnection current = online;
        return current == null ? Optional.empty() : Optional.of(current.features());
    }

    /** How it stands now. */
    public AccountState state() {
        return state;
    }

    /** Bounded by what happens to one connection: attempts, losses, checks of its liveness. */
    private void onOwnThread(Runnable task) {
        try {
            own.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException bug) { // the thread's outermost frame
                    LOG.error("{}", settings, bug);
                }
            });
        } catch (RejectedExecutionException stopped) {
            LOG.debug("{} is closed", settings, stopped);
        }
    }

    private void attempt() {
        if (closed || online != null) {
            return;
        }
        become(new AccountState.Connecting(backoff.attempt()));
        try {
            signIn();
        } catch (SmackException | XMPPException | IOException failure) {
            failed(failure);
        } catch (RuntimeException bug) { // ours, or Smack's: whatever it is, the account must not stay dead for it
            LOG.error("{} failed to sign in", settings, bug);
            failed(new IOException("a fault in this program: " + bug, bug));
        } catch (InterruptedException stopping) { // by close()
            Thread.currentThread().interrupt();
        } finally {
            ServerConnection current = connection;
            if (closed && current != null) {
                current.drop();
            }
        }
    }

    /** Resumes the stream of before if that is possible; if the server refuses that, on a new connection. */
    private void signIn() throws SmackException, XMPPException, IOException, InterruptedException {
        ServerConnection before = connection;
        if (before != null && before.isResumable()) {
            try {
                signedIn(before, before.signIn());
                return;
            } catch (ServerConnection.ResumptionRefused refused) {
                LOG.debug("{} starts anew", settings, refused);
                before.giveUp();
                before.drop();
            }
        }
        ServerConnection current = new ServerConnection(settings, resource(), clock, threads, patience, arrivals);
        connection = current;
        signedIn(current, current.signIn());
    }

    private String resource() {
        return "tandem-" + me.hex().substring(0, resourceDigits);
    }

    private void signedIn(ServerConnection current, boolean resumed) throws IOException {
        LOG.debug("{} {}", settings, resumed ? "goes on where it was" : "is signed in");
        backoff.online(clock.instant());
        lostAt = Instant.MAX;
        online = current;
        tell(devices.signedIn(current.fullJid(), resumed));
        deviceListeners.forEach(DeviceListener::signedIn);
        become(new AccountState.Online(current.fullJid()));
        if (!resumed) {
            current.announce(me);
        }
        liveness.watch(current);
    }

    private void lost(ServerConnection which, Exception cause) {
        if (which != connection || closed || !(state instanceof AccountState.Online)) {
            return; // the last words of one that was given up, or told already
        }
        which.drop();
        deviceListeners.forEach(DeviceListener::signedOut);
        failed(cause);
    }

    private void failed(Exception failure) {
        online = null;
        liveness.stop();
        if (closed) {
            return;
        }
        ServerConnection current = connection;
        if (SignInFailure.isConflict(failure) && current != null) {
            // another device, whose id begins like ours: to take the name back would only throw it out in turn
            resourceDigits = LONG_RESOURCE;
            current.giveUp();
        }
        LOG.debug("{} is not signed in", settings, failure);
        Instant now = clock.instant();
        lostAt = lostAt.isBefore(now) ? lostAt : now;
        boolean resumable = current != null && current.isResumable();
        if (current != null && !resumable) {
            current.drop();
            connection = null;
        }
        if (!resumable || now.isAfter(lostAt.plus(DISCREET))) {
            tell(devices.offline());
        }
        String where =
                settings.server().orElse(settings.jid().substring(settings.jid().indexOf('@') + 1));
        SignInFailure why = SignInFailure.of(failure, where);
        if (why.permanent()) {
            tell(devices.offline());
            become(new AccountState.Refused(why.cause()));
            return;
        }
        Duration wait = backoff.failed(now);
        become(new AccountState.Offline(why.cause(), now.plus(wait)));
        var unused = timers.schedule(this::start, wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void become(AccountState next) {
        state = next;
        if (!closed) {
            listener.stateChanged(settings, next);
        }
    }

    private final ServerConnection.Events arrivals = new ServerConnection.Events() {
        @Override
        public void message(ServerConnection on, String from, Payload payload) {
            PayloadListener target = payloadListeners.get(payload.namespace());
            if (target != null && on == connection) {
                target.received(from, payload);
            }
        }

        @Override
        public void presence(ServerConnection on, Presence presence) {
            if (presence.getFrom() != null && on == connection) {
                seen(on, presence, presence.getFrom());
            }
        }

        @Override
        public void lost(ServerConnection which, Exception cause) {
            if (which == online) {
                online = null;
            }
            onOwnThread(() -> Account.this.lost(which, cause));
        }
    };

    private void seen(ServerConnection on, Presence presence, Jid sender) {
        switch (presence.getType()) {
            case available -> tell(devices.available(sender.toString(), DevicePresence.in(presence)));
            case unavailable, error -> tell(devices.gone(sender.toString()));
            case subscribe -> subscriptionAsked(on, sender);
            default -> {}
        }
    }

    private void tell(List<Change> changes) {
        for (Change change : changes) {
            deviceListeners.forEach(change::tell);
        }
    }

    private void subscriptionAsked(ServerConnection on, Jid who) {
        String bare = who.asBareJid().toString();
        if (!acceptsSubscription.test(bare)) {
            return;
        }
        try {
            on.sendSubscription(who.asBareJid(), Presence.Type.subscribed);
            on.sendSubscription(who.asBareJid(), Presence.Type.subscribe);
        } catch (IOException offline) {
            LOG.debug("could not answer the subscription of {}", bare, offline);
        }
    }

    private ServerConnection connected() throws IOException {
        ServerConnection current = online;
        if (current == null) {
            throw new IOException(settings.jid() + " is offline");
        }
        return current;
    }

    @Override
    public String bareJid() {
        return settings.jid();
    }

    @Override
    public void send(String toFullJid, Payload payload) throws IOException {
        connected().send(toFullJid, payload);
    }

    @Override
    public void listen(String namespace, PayloadListener target) {
        payloadListeners.put(namespace, target);
    }

    @Override
    public Set<DeviceAddress> devices() {
        return devices.now();
    }

    @Override
    public void watchDevices(DeviceListener watcher) {
        deviceListeners.add(watcher);
        devices.now().forEach(watcher::available);
    }

    @Override
    public void subscribe(String bareJid) throws IOException {
        ServerConnection current = connected();
        try {
            var who = JidCreate.bareFrom(bareJid);
            // a pre-approval (RFC 6121, 3.4) and a question; both are harmless where they hold already
            current.sendSubscription(who, Presence.Type.subscribed);
            current.sendSubscription(who, Presence.Type.subscribe);
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
        liveness.stop();
        ServerConnection last = online;
        online = null;
        ServerConnection any = connection;
        connection = null;
        devices.offline();
        own.shutdownNow();
        if (last != null) {
            Thread goodbye = threads.newThread(() -> last.signOut(GOODBYE));
            goodbye.start();
            try {
                goodbye.join(2 * GOODBYE.toMillis());
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
        }
        if (any != null) {
            any.drop();
        }
    }
}
