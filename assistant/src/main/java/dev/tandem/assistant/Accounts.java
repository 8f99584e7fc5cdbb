package dev.tandem.assistant;

import com.google.common.base.Ticker;
import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.api.Checkup;
import dev.tandem.assistant.api.Status;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredAccount;
import dev.tandem.xmpp.account.Account;
import dev.tandem.xmpp.account.AccountSettings;
import dev.tandem.xmpp.account.AccountState;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.account.Messenger;
import dev.tandem.xmpp.account.Registration;
import dev.tandem.xmpp.account.ServerFeatures;
import dev.tandem.xmpp.account.ServerProbe;
import dev.tandem.xmpp.carrier.CarrierSource;
import dev.tandem.xmpp.carrier.InBandCarriers;
import dev.tandem.xmpp.link.Links;
import dev.tandem.xmpp.pairing.Pairing;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The accounts that the daemon is signed in to, each with its carriers and its part in pairing. Any thread. */
final class Accounts {
    private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);
    private static final Duration FIRST_SIGN_IN = Duration.ofSeconds(30);

    /**
     * What every account is wired to.
     *
     * @param online is called whenever an account has come online; never blocks
     */
    record Wiring(
            DeviceId me,
            Links links,
            Pairing pairing,
            Records records,
            InstantSource clock,
            ScheduledExecutorService timers,
            RandomGenerator random,
            Runnable online) {}

    /** One account and what hangs on it. */
    private static final class SignedIn {
        final Account account;
        final CarrierSource carriers;
        final CompletableFuture<AccountState> firstOutcome;
        final ServerProbe probe;

        SignedIn(Account account, CarrierSource carriers, CompletableFuture<AccountState> firstOutcome) {
            this.account = account;
            this.carriers = carriers;
            this.firstOutcome = firstOutcome;
            probe = new ServerProbe(account, Ticker.systemTicker());
        }
    }

    private final Map<String, SignedIn> accounts = new ConcurrentHashMap<>();
    private final Store store;
    private final Wiring wiring;

    Accounts(Store store, Wiring wiring) {
        this.store = store;
        this.wiring = wiring;
    }

    /** Asks that the devices of another account and this one see each other; nothing happens while we are offline. */
    void meet(String jid) {
        Optional<Messenger> through =
                toReach(jid).filter(account -> !account.bareJid().equals(jid));
        if (through.isPresent()) {
            try {
                through.get().subscribe(jid);
            } catch (IOException later) {
                LOG.debug("{} is asked for its presence when the account is back", jid, later);
            }
        }
    }

    /** Whether an account may see when we are there: one that is being paired, or on which there is a known device. */
    private boolean mayMeet(String jid) {
        return wiring.pairing.mayMeet(jid)
                || store.devices().list().stream()
                        .anyMatch(device -> device.jid().equals(jid));
    }

    void startStored() {
        for (StoredAccount stored : store.accounts().list()) {
            accounts.put(stored.jid(), signIn(stored));
        }
    }

    /** Asks the account's server for it, then signs in. */
    void register(Actions.NewAccount wanted) throws ActionFailed {
        refuseUnusable(wanted.jid());
        try {
            new Registration(Threads.named("xmpp"), FIRST_SIGN_IN).register(settings(stored(wanted)));
        } catch (IOException refused) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED,
                    "could not register " + wanted.jid() + ": " + refused.getMessage()
                            + "; nothing was changed and no file is affected");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new ActionFailed(ActionFailed.Kind.FAILED, "the daemon is stopping; nothing was changed");
        }
        add(wanted);
    }

    /** Signs in once before anything is remembered, so that a mistyped password leaves nothing behind. */
    void add(Actions.NewAccount wanted) throws ActionFailed {
        String jid = wanted.jid();
        refuseUnusable(jid);
        StoredAccount stored = stored(wanted);
        SignedIn trial = signIn(stored);
        AccountState outcome = firstOutcome(trial);
        if (!(outcome instanceof AccountState.Online)) {
            end(trial);
            wiring.records.clear(null, alertKey(jid));
            wiring.online.run();
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED,
                    "could not sign in to " + jid + ": " + cause(outcome)
                            + "; the account was not added and no file is affected; correct it and try again");
        }
        accounts.put(jid, trial);
        store.accounts().store(stored);
        wiring.records.note(null, "account-added", Map.of("jid", jid));
    }

    private void refuseUnusable(String jid) throws ActionFailed {
        if (jid.indexOf('@') <= 0 || jid.indexOf('/') >= 0) {
            throw new ActionFailed(ActionFailed.Kind.USAGE, "not an account: " + jid + "; write it as name@server");
        }
        if (accounts.containsKey(jid)) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED,
                    jid + " is signed in already; nothing was changed; `tandem account remove " + jid + "` first");
        }
    }

    private static StoredAccount stored(Actions.NewAccount wanted) {
        return new StoredAccount(
                wanted.jid(),
                wanted.password(),
                Optional.ofNullable(wanted.server()),
                Optional.ofNullable(wanted.trustedCertificate()));
    }

    private static AccountSettings settings(StoredAccount stored) {
        return new AccountSettings(stored.jid(), stored.password(), stored.server(), stored.trustedCertificate());
    }

    void remove(String jid) throws ActionFailed {
        SignedIn account = accounts.remove(jid);
        if (account == null) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED, "there is no account " + jid + "; `tandem account list` shows them");
        }
        store.accounts().delete(jid);
        end(account);
        wiring.records.clear(null, alertKey(jid));
        wiring.records.note(null, "account-removed", Map.of("jid", jid));
    }

    List<Status.Account> list() {
        return accounts.entrySet().stream()
                .map(entry -> status(entry.getKey(), entry.getValue().account.state()))
                .sorted(Comparator.comparing(Status.Account::jid))
                .toList();
    }

    /** Those that are online, to pair through. */
    Collection<Messenger> online() {
        return accounts.values().stream()
                .map(signedIn -> signedIn.account)
                .filter(account -> account.state() instanceof AccountState.Online)
                .<Messenger>map(account -> account)
                .toList();
    }

    /** One that is online, to reach another account through: that very one if it is ours. */
    Optional<Messenger> toReach(String jid) {
        Comparator<Messenger> sameFirst =
                Comparator.comparing(account -> !account.bareJid().equals(jid));
        return online().stream().min(sameFirst.thenComparing(Messenger::bareJid));
    }

    /** Whether one is neither online nor known not to be: after a start that takes a moment. */
    boolean areConnecting() {
        return store.accounts().list().stream()
                .map(stored -> accounts.get(stored.jid()))
                .anyMatch(signedIn -> signedIn == null || signedIn.account.state() instanceof AccountState.Connecting);
    }

    void closeAll() {
        accounts.values().forEach(this::end);
        accounts.clear();
    }

    private SignedIn signIn(StoredAccount stored) {
        CompletableFuture<AccountState> first = new CompletableFuture<>();
        Account account = new Account(
                settings(stored),
                wiring.me,
                (of, state) -> {
                    stateChanged(stored.jid(), state);
                    if (!(state instanceof AccountState.Connecting)) {
                        first.complete(state); // last: whoever waits for it may take back what was raised
                    }
                },
                wiring.timers,
                Threads.named("xmpp"),
                wiring.clock,
                wiring.random);
        CarrierSource carriers = wiring.links.attach(listener -> new InBandCarriers(
                account, listener, Ticker.systemTicker(), wiring.timers, Threads.named("carrier"), wiring.random));
        wiring.pairing.attach(account);
        account.acceptSubscriptions(this::mayMeet);
        account.start();
        return new SignedIn(account, carriers, first);
    }

    private void stateChanged(String jid, AccountState state) {
        if (state instanceof AccountState.Online) {
            wiring.records.clear(null, alertKey(jid));
            wiring.online.run();
        } else if (state instanceof AccountState.Offline offline) {
            wiring.records.raise(
                    null,
                    alertKey(jid),
                    "warning",
                    "The account " + jid + " is offline (" + offline.cause()
                            + "): changes are kept here and sent when it is back; Tandem keeps trying.");
        } else if (state instanceof AccountState.Refused refused) {
            wiring.records.raise(
                    null,
                    alertKey(jid),
                    "error",
                    "The account " + jid + " was refused (" + refused.cause()
                            + "): changes are kept here but not sent; remove the account and add it again.");
        }
    }

    private static AccountState firstOutcome(SignedIn trial) {
        try {
            return trial.firstOutcome.get(FIRST_SIGN_IN.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException late) {
            // fall through: the state says what it is waiting for
        }
        return trial.account.state();
    }

    private void end(SignedIn account) {
        wiring.pairing.detach(account.account);
        wiring.links.detach(account.carriers);
        if (account.carriers instanceof InBandCarriers carriers) {
            carriers.close();
        }
        account.account.close();
    }

    /** Asks each account's server how it treats us; blocks for up to ten seconds for each. */
    List<Checkup.Server> examine() {
        return accounts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(account -> examine(account.getKey(), account.getValue()))
                .toList();
    }

    private static Checkup.Server examine(String jid, SignedIn account) {
        Optional<ServerFeatures> server = account.account.features();
        if (server.isEmpty()) {
            return new Checkup.Server(jid, false, null, false, null, null);
        }
        ServerFeatures features = server.get();
        String tls = features.tls().orElse(null);
        try {
            ServerProbe.Result pace = account.probe.measure(features.fullJid());
            return new Checkup.Server(
                    jid,
                    true,
                    tls,
                    features.streamManagement(),
                    pace.roundTrip().map(Doctor::asMillis).orElse(null),
                    pace.bytesPerSecond().orElse(null));
        } catch (IOException lost) {
            return new Checkup.Server(jid, false, tls, features.streamManagement(), null, null);
        }
    }

    private static Status.Account status(String jid, AccountState state) {
        if (state instanceof AccountState.Online) {
            return new Status.Account(jid, "online", null);
        }
        if (state instanceof AccountState.Refused refused) {
            return new Status.Account(jid, "refused", refused.cause());
        }
        if (state instanceof AccountState.Offline offline) {
            return new Status.Account(jid, "offline", offline.cause());
        }
        return new Status.Account(jid, "connecting", null);
    }

    private static String cause(AccountState state) {
        if (state instanceof AccountState.Refused refused) {
            return refused.cause();
        }
        if (state instanceof AccountState.Offline offline) {
            return offline.cause();
        }
        return "the server did not answer in " + FIRST_SIGN_IN.toSeconds() + " s";
    }

    private static String alertKey(String jid) {
        return "account " + jid;
    }
}
