package dev.tandem.assistant;

import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.api.Home;
import dev.tandem.assistant.api.Limiting;
import dev.tandem.assistant.api.LocalApi;
import dev.tandem.assistant.api.SettingRoutes;
import dev.tandem.assistant.api.Wanting;
import dev.tandem.assistant.commands.CommandRow;
import dev.tandem.assistant.core.Alerts;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.desktop.Notifier;
import dev.tandem.assistant.network.MeteredNetwork;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredDevice;
import dev.tandem.gitsync.repo.RepositorySetup;
import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.link.DeviceIdentity;
import dev.tandem.xmpp.link.LinkListener;
import dev.tandem.xmpp.link.Links;
import dev.tandem.xmpp.link.PeerInfo;
import dev.tandem.xmpp.link.Traffic;
import dev.tandem.xmpp.pairing.Pairing;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running whole: makes every part, wires them by constructor, and ends them in the opposite order.
 *
 * <p>Several may run in one process, each with a home of its own.
 */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    /** Below those that systems give to outgoing connections. */
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 12_000;
    private static final long END_SECONDS = 2;

    /** A NetworkManager tells by itself; this is for one that has come since. */
    private static final int NETWORK_SECONDS = 300;

    private static final String METERED = "metered network";

    private final Home home;
    private final Home.Lock lock;
    private final Store store;
    private final ScheduledExecutorService timers = Threads.timers("timers");
    private final MemoryRelease memory = new MemoryRelease(timers);
    private final ExecutorService pairingWorkers = Threads.pool("pairing", 4);
    private final ExecutorService commandWorkers = Threads.unbounded("command");
    private final DeviceIdentity identity;
    private final Records records;
    private final Links links;
    private final Pairing pairing;
    private final Accounts accounts;
    private final Folders folders;
    private final ExecutorService meshWorker = Threads.pool("mesh", 1);
    private final Mesh mesh;
    private final MeshTalk talk;
    private final Survey survey;
    private final CommandRunner commands;
    private final PairOfferSteps offers;
    private final CommandSteps steps;
    private final LocalApi api;
    private final LimitKeeper limits;
    private final ExecutorService networkWorker = Threads.pool("network", 1);
    private @Nullable MeteredNetwork network;
    private final Actions actions;
    private final CountDownLatch stopRequested = new CountDownLatch(1);
    private final String token;
    private int port;
    private volatile @Nullable Thread notifications;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Daemon(Home home, Home.Lock lock, Store store, Options options) throws IOException {
        String name = options.name();
        InstantSource clock = InstantSource.system();
        SecureRandom random = new SecureRandom();
        this.home = home;
        this.lock = lock;
        this.store = store;
        identity = DeviceIdentity.loadOrCreate(home.directory(), clock, random);
        records = new Records(store, new Alerts(), clock);
        links = new Links(
                identity,
                name,
                device -> store.devices().get(device).isPresent(),
                new LinkEvents(),
                timers,
                Threads.named("link"),
                clock,
                random);
        pairing = new Pairing(
                identity,
                clock,
                timers,
                pairingWorkers,
                random,
                (from, left) -> records.note(
                        null, "wrong-code", Map.of("from", from.bareJid(), "triesLeft", Integer.toString(left))));
        accounts = new Accounts(
                store,
                new Accounts.Wiring(identity.id(), links, pairing, records, clock, timers, random, this::online));
        folders = new Folders(
                store,
                new OpenFolder.Shared(name, links, records, clock, timers),
                new RepositorySetup(
                        UUID::randomUUID, GitAnnex.isInstalled(), AnnexFilterCommand.commandLine(), "main"));
        commands = new CommandRunner(store, records, clock, timers, commandWorkers, options.failpoints());
        mesh = new Mesh(identity.id(), name, store, links, folders, accounts, records, clock);
        talk = new MeshTalk(mesh, store, links, folders, timers, meshWorker);
        survey = new Survey(store, links, clock, timers, meshWorker);
        SurveyAnswers answers = new SurveyAnswers(store, folders, links, meshWorker);
        Introduction introduction = new Introduction(store, links, folders, mesh, talk, clock);
        offers = new PairOfferSteps(pairing, folders, introduction, clock, name);
        steps = new CommandSteps(
                new AddSteps(folders),
                offers,
                new PairJoinSteps(pairing, accounts, folders, introduction, records, clock, name),
                new GetSteps(folders),
                new DropSteps(folders, commands),
                new RestoreSteps(folders, commands, store.journal(), clock),
                new RemoteSteps(folders, store.journal(), clock),
                new ForgetSteps(store, folders, links, mesh, talk, clock));
        actions = new DaemonActions(
                new DaemonActions.Identity(
                        ProcessHandle.current().pid(),
                        Version.current(),
                        clock.instant(),
                        identity.id().hex()),
                store,
                accounts,
                folders,
                new PairingDesk(store, pairing, accounts, folders, commands, offers, mesh, records, clock),
                new PeerActions(store, links, mesh, talk, records, commands),
                new SurveyActions(identity.id(), survey, answers, folders, mesh, records),
                records,
                links,
                new Doctor(home, store, accounts, links),
                commands,
                stopRequested::countDown);
        limits = new LimitKeeper(
                store.settings(),
                links::limit,
                why -> folders.all().forEach(folder -> folder.holdContents(why)),
                text -> text.ifPresentOrElse(
                        line -> records.raise(null, METERED, "info", line), () -> records.clear(null, METERED)),
                clock,
                ZoneId::systemDefault);
        token = home.makeToken(random);
        api = new LocalApi(actions, store.journal(), store.cursors(), token, random, clock, Version.current());
        api.add(new SettingRoutes(limits, new WantedActions(folders), new FolderSettingActions(folders)));
    }

    /**
     * Starts a daemon on a home; returns when it answers.
     *
     * @throws IOException with one line for the user: the home is taken, not writable or broken
     */
    public static Daemon start(Home home, Options options) throws IOException {
        home.prepare();
        Home.Lock lock = home.lock();
        try {
            Daemon daemon = new Daemon(home, lock, Store.open(home.database()), options);
            daemon.begin(options.direct());
            return daemon;
        } catch (IOException | RuntimeException failed) {
            lock.close();
            throw failed;
        }
    }

    private void online() {
        commands.online();
        talk.online();
    }

    private void begin(Options.Direct direct) throws IOException {
        records.pruneDaily(timers);
        records.note(null, "started", Map.of("version", Version.current()));
        limits.look();
        var unused = timers.scheduleWithFixedDelay(
                limits::look, LimitKeeper.LOOK_SECONDS, LimitKeeper.LOOK_SECONDS, TimeUnit.SECONDS);
        watchNetwork();
        folders.openStored();
        List<CommandRow> kept = store.commands().list();
        offers.repeatLastWords(kept);
        commands.start(steps); // before anybody can ask
        offers.awaitReopened(kept); // before anybody else can be heard
        openDirect(direct);
        accounts.startStored();
        port = api.start();
        home.publish(new Home.Running(port, ProcessHandle.current().pid()));
    }

    private void openDirect(Options.Direct direct) {
        if (!direct.enabled()) {
            return;
        }
        try {
            int port = direct.port() == 0
                    ? FIRST_PORT + Math.floorMod(identity.id().hashCode(), PORTS)
                    : direct.port();
            links.openDirect(port, direct.reach());
        } catch (IOException none) {
            LOG.warn("no port for direct connections; everything goes through the account: {}", none.getMessage());
        }
    }

    private void watchNetwork() {
        Optional<String> bus = MeteredNetwork.systemBus(System.getenv());
        if (bus.isPresent()) {
            MeteredNetwork watched = new MeteredNetwork(bus.get(), limits::network);
            network = watched;
            var unused = timers.scheduleWithFixedDelay(
                    () -> networkWorker.execute(watched::look), 0, NETWORK_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** What a user can ask, from within the process. */
    public Actions actions() {
        return actions;
    }

    /** What may move, and when. */
    public Limiting limits() {
        return limits;
    }

    /** Which large files are wanted here. */
    public Wanting wanting() {
        return new WantedActions(folders);
    }

    /** What this daemon has sent to its peers since it started. */
    public Traffic traffic() {
        return links.traffic();
    }

    /** The dashboard's address, with the token that opens it. */
    public String dashboard() {
        return "http://127.0.0.1:" + port + "/?token=" + token;
    }

    /**
     * From now on tells the person at this desktop what they would want to know.
     *
     * @param bus the address of their session's D-Bus
     */
    public void tellDesktop(String bus) {
        Thread thread =
                Threads.named("notifications").newThread(Notifier.onBus(bus, store.cursors(), InstantSource.system()));
        notifications = thread;
        thread.start();
    }

    /** Blocks until somebody asks the daemon to stop. */
    public void awaitStop() throws InterruptedException {
        stopRequested.await();
    }

    /** Ends every part and every thread, within five seconds. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            home.retract();
            endNotifications();
            memory.close();
            pairing.close();
            commandWorkers.shutdownNow(); // what is under way is done again at the next start
            commandWorkers.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
            folders.closeAll();
            links.close(); // says goodbye, and so before the accounts
            accounts.closeAll();
            pairingWorkers.shutdownNow();
            meshWorker.shutdown();
            meshWorker.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
            timers.shutdownNow();
            networkWorker.shutdownNow();
            if (network != null) {
                network.close();
            }
            records.note(null, "stopped", Map.of());
            records.close();
            store.close(); // ends those that follow the journal, and so lets the API end
            api.close();
            lock.close();
        } catch (IOException failure) {
            LOG.warn("the daemon did not end in order", failure);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private void endNotifications() throws InterruptedException {
        Thread thread = notifications;
        if (thread != null) {
            thread.interrupt();
            thread.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
        }
    }

    /** What the links tell, passed to every folder. */
    private final class LinkEvents implements LinkListener {
        @Override
        public void up(DeviceId device, PeerInfo peer) {
            records.clear(null, "turned away by " + device.hex());
            folders.postToAll(folders.linkUp(device, peer));
            talk.linkUp(device, peer);
            survey.joined(device);
        }

        @Override
        public void rerouted(DeviceId device, PeerInfo peer) {
            folders.postToAll(new Event.Rerouted(device, peer.carrierKind()));
        }

        @Override
        public void down(DeviceId device, String reason) {
            folders.postToAll(new Event.LinkDown(device, reason));
            survey.left(device);
        }

        @Override
        public void refused(DeviceAddress from, String reason) {
            records.note(null, "refused", Map.of("from", from.bareJid(), "reason", reason));
        }

        @Override
        public void turnedAway(DeviceId by, String reason) {
            if (mesh.isNew(by)) {
                LOG.debug("{} was not introduced to us yet", by.brief());
                return;
            }
            if (links.up().contains(by)) {
                LOG.debug("{} has just been paired, and knows this device by now", by.brief());
                return;
            }
            String name = store.devices().get(by).map(StoredDevice::name).orElse(by.brief());
            records.note(null, "turned-away", Map.of("peer", name, "reason", reason));
            records.raise(
                    null,
                    "turned away by " + by.hex(),
                    "warning",
                    "The device " + name + " does not know this one any more (" + reason
                            + "): your files stay as they are here and are not synced with it; pair the two again.");
        }
    }
}
