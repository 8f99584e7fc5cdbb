package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.commands.Failure;
import dev.tandem.assistant.commands.Outcome;
import dev.tandem.assistant.commands.Run;
import dev.tandem.assistant.store.StoredCommands;
import dev.tandem.assistant.store.StoredFolder;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.account.Messenger;
import dev.tandem.xmpp.pairing.PairedDevice;
import dev.tandem.xmpp.pairing.Pairing;
import dev.tandem.xmpp.pairing.PairingException;
import dev.tandem.xmpp.pairing.Proof;
import dev.tandem.xmpp.pairing.Proven;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of a join: prove the code, make the folder, open it, tell the other device who we are until it says that it
 * knows, be its peer, sync. Until the other device knows, a failure takes back what was made.
 */
final class PairJoinSteps {
    private static final Logger LOG = LoggerFactory.getLogger(PairJoinSteps.class);

    /** How long one try waits for the other device. */
    static final Duration JOIN = Duration.ofSeconds(60);

    /** How long after the asking a code is still tried: the other daemon may be on its way back too. */
    private static final Duration TRY_THE_CODE = Duration.ofMinutes(2);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private static final Duration FIRST_SYNC = Duration.ofSeconds(60);

    private final Pairing pairing;
    private final Accounts accounts;
    private final Folders folders;
    private final Introduction introduction;
    private final Records records;
    private final InstantSource clock;
    private final String device;

    PairJoinSteps(
            Pairing pairing,
            Accounts accounts,
            Folders folders,
            Introduction introduction,
            Records records,
            InstantSource clock,
            String device) {
        this.pairing = pairing;
        this.accounts = accounts;
        this.folders = folders;
        this.introduction = introduction;
        this.records = records;
        this.clock = clock;
        this.device = device;
    }

    void run(Command.PairJoin command, Run run) throws Exception {
        run.end(
                switch (run.step()) {
                    case Command.FIRST -> prove(command, run);
                    case "create" -> create(command, run);
                    case "open" -> open(command);
                    case "confirm" -> confirm(command, run);
                    case "sync" -> sync(command);
                    case "undo" -> undo(command);
                    default -> throw new IllegalStateException("no step " + run.step());
                });
    }

    private Outcome prove(Command.PairJoin command, Run run) throws InterruptedException {
        Optional<Messenger> account = accounts.toReach(command.jid());
        boolean patient =
                Instant.ofEpochMilli(command.begunMillis()).plus(TRY_THE_CODE).isAfter(clock.instant());
        if (account.isEmpty()) {
            return patient && (run.attempts() > 0 || accounts.areConnecting())
                    ? new Outcome.Again("no account is online yet")
                    : new Outcome.Failed(Failure.of(PairingDesk.NO_ACCOUNT));
        }
        try {
            Proven proven = await(pairing.prove(account.get(), command.jid(), command.code(), JOIN));
            run.at("proven");
            return planned(command, proven);
        } catch (PairingException refused) {
            boolean mayPass = refused.kind() == PairingException.Kind.TIMED_OUT
                    || (refused.kind() == PairingException.Kind.UNREACHABLE && run.attempts() > 0);
            return mayPass && patient
                    ? new Outcome.Again(Diagnosis.brief(refused))
                    : new Outcome.Failed(PairOfferSteps.failure(refused));
        } catch (IOException senseless) {
            return new Outcome.Failed(failed(Diagnosis.brief(senseless)));
        } catch (ActionFailed refused) {
            return new Outcome.Failed(failed(String.valueOf(refused.getMessage())));
        }
    }

    /** Decides where the folder is to be, before anything is made, so that it can be taken back. */
    private Outcome planned(Command.PairJoin command, Proven proven) throws IOException, ActionFailed {
        PairingFacts facts = PairingFacts.parse(proven.facts());
        String directory = command.directory();
        Path wanted = directory == null
                ? Path.of(System.getProperty("user.home"), facts.directoryName())
                : Path.of(directory);
        Path path = wanted.toAbsolutePath().normalize();
        Optional<OpenFolder> known = folders.all().stream()
                .filter(folder -> folder.stored().path().equals(path))
                .findFirst();
        Command.Place place = known.isPresent()
                ? new Command.Place(
                        path.toString(),
                        known.get().stored().name(),
                        null,
                        false,
                        false,
                        known.get().uuid().toString())
                : folders.plan(path, Optional.of(folders.freeName(facts.folder())), Optional.of(facts.branch()));
        Proof proof = proven.proof();
        Command.PairJoin next = new Command.PairJoin(
                command.jid(),
                command.code(),
                directory,
                command.begunMillis(),
                new Command.Proof(proof.exchange(), proof.device().hex(), proof.jid(), proof.key()),
                proven.facts(),
                place,
                known.isEmpty(),
                null);
        return new Outcome.Next(known.isPresent() ? "confirm" : "create", next, Outcome.NOTHING);
    }

    private Outcome create(Command.PairJoin command, Run run) {
        Command.Place place = place(command);
        try {
            StoredFolder stored = folders.create(place);
            run.at("made");
            Command.Place kept = place.stored(stored.uuid().toString());
            return new Outcome.Next("open", command.at(kept), () -> folders.keep(stored));
        } catch (ActionFailed refused) {
            return new Outcome.Failed(failed(String.valueOf(refused.getMessage())));
        }
    }

    private Outcome open(Command.PairJoin command) throws IOException {
        try {
            folders.open(place(command));
            return new Outcome.Next("confirm", command, Outcome.NOTHING);
        } catch (ActionFailed removed) {
            return new Outcome.Failed(failed(String.valueOf(removed.getMessage())));
        }
    }

    private Outcome confirm(Command.PairJoin command, Run run) throws InterruptedException, IOException {
        Optional<OpenFolder> folder = folder(command);
        Proven proven = proven(command);
        if (folder.isEmpty()) {
            return new Outcome.Failed(failed("the folder was removed meanwhile"));
        }
        Optional<Messenger> account = accounts.toReach(proven.proof().jid());
        try {
            if (account.isEmpty() && isPatient(command)) {
                return new Outcome.Offline("no account is online");
            }
            if (account.isPresent()) {
                byte[] ours = PairingFacts.of(folder.get(), device).encode();
                PairedDevice other = await(pairing.confirm(account.get(), proven, ours, JOIN));
                run.at("confirmed");
                PairingFacts facts = PairingFacts.parse(other.facts());
                return new Outcome.Next(
                        "sync", command, () -> introduction.keep(folder.get(), other.device(), other.jid(), facts));
            }
        } catch (PairingException refused) {
            if (refused.kind() == PairingException.Kind.NO_OFFER) {
                return new Outcome.Next("undo", command.failing(PairOfferSteps.failure(refused)), Outcome.NOTHING);
            }
            LOG.debug("the other device has not confirmed yet", refused);
        }
        // It may have heard us, so that we are its peer already: nothing is taken back for as long as it may tell us.
        return isPatient(command)
                ? new Outcome.Again("the other device has not confirmed yet")
                : new Outcome.Next(
                        "undo", command.failing(failed("the other device was never heard of again")), Outcome.NOTHING);
    }

    private boolean isPatient(Command.PairJoin command) {
        return Instant.ofEpochMilli(command.begunMillis())
                .plus(StoredCommands.KEPT)
                .isAfter(clock.instant());
    }

    private Outcome sync(Command.PairJoin command) throws IOException, InterruptedException {
        Optional<OpenFolder> folder = folder(command);
        if (folder.isEmpty()) {
            return new Outcome.Failed(Failure.of("the folder was removed meanwhile"));
        }
        Proven proven = proven(command);
        DeviceId other = proven.proof().device();
        PairingFacts facts = PairingFacts.parse(proven.facts());
        introduction.tell(folder.get(), other, proven.proof().jid(), facts);
        awaitFirstSync(folder.get());
        return new Outcome.Done(Introduction.paired(folder.get(), other, facts), Outcome.NOTHING);
    }

    private Outcome undo(Command.PairJoin command) throws InterruptedException {
        Failure why = Objects.requireNonNull(command.failure());
        Optional<OpenFolder> folder = folder(command);
        Command.Place place = place(command);
        try {
            if (command.added() && folder.isPresent()) {
                folders.remove(folder.get());
            }
            if (command.added() && place.newDirectory()) {
                removeUnused(Path.of(place.directory()));
            }
        } catch (IOException leftover) {
            records.raise(
                    null,
                    "pairing",
                    "warning",
                    "A pairing failed and left " + place.directory()
                            + " behind; nothing is lost; delete it if you do not need it.");
        }
        return new Outcome.Failed(why);
    }

    /** Deletes a directory that this pairing made, unless somebody has put a file there meanwhile. */
    private static void removeUnused(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> entries = Files.list(root)) {
            if (entries.anyMatch(entry -> !entry.getFileName().toString().equals(".git"))) {
                return;
            }
        }
        HalfMade.deleteTree(root);
    }

    private static Failure failed(String why) {
        return Failure.of("pairing failed: " + why + "; nothing was changed; ask for a new code");
    }

    private Optional<OpenFolder> folder(Command.PairJoin command) {
        String uuid = place(command).uuid();
        return uuid == null ? Optional.empty() : folders.of(uuid);
    }

    private static Command.Place place(Command.PairJoin command) {
        return Objects.requireNonNull(command.place());
    }

    private static Proven proven(Command.PairJoin command) {
        Command.Proof proof = Objects.requireNonNull(command.proof());
        return new Proven(
                new Proof(proof.exchange(), new DeviceId(proof.device()), proof.jid(), proof.key()),
                Objects.requireNonNull(command.facts()));
    }

    private static <T> T await(CompletableFuture<T> future) throws PairingException, InterruptedException {
        try {
            return future.get(JOIN.plusSeconds(15).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new IllegalStateException(late);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof PairingException refused) {
                throw refused;
            }
            throw new IllegalStateException(failed.getCause());
        }
    }

    /**
     * Waits until the other device has confirmed that both hold the same; it is paired all the same if that takes long.
     */
    private static void awaitFirstSync(OpenFolder folder) throws InterruptedException {
        long end = System.nanoTime() + FIRST_SYNC.toNanos();
        try {
            for (long left = FIRST_SYNC.toNanos(); left > 0; left = end - System.nanoTime()) {
                if (!folder.sync()
                        .end()
                        .get(left, TimeUnit.NANOSECONDS)
                        .confirmed()
                        .isEmpty()) {
                    return;
                }
                LockSupport.parkNanos(LOOK_AGAIN.toNanos()); // the link is not up yet
            }
        } catch (ExecutionException | TimeoutException goesOn) {
            LOG.debug(
                    "the first sync of {} goes on in the background",
                    folder.stored().name());
        }
    }
}
