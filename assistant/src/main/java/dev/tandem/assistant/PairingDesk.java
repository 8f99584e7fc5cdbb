package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.commands.CommandRow;
import dev.tandem.assistant.commands.Commands;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredAccount;
import dev.tandem.xmpp.account.Messenger;
import dev.tandem.xmpp.pairing.Pairing;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What a user asks about pairing, made commands. Any thread. */
final class PairingDesk {
    static final String NO_ACCOUNT =
            "no account is online, so no other device can be reached; nothing was changed; see `tandem status`";

    /** How long a join may take before whoever asked is told that it goes on. */
    private static final Duration ONE_JOIN = Duration.ofSeconds(200);

    private static final Duration OPENS = Duration.ofSeconds(10);

    private final Store store;
    private final Pairing pairing;
    private final Accounts accounts;
    private final Folders folders;
    private final CommandRunner commands;
    private final PairOfferSteps offers;
    private final Mesh mesh;
    private final Records records;
    private final InstantSource clock;

    PairingDesk(
            Store store,
            Pairing pairing,
            Accounts accounts,
            Folders folders,
            CommandRunner commands,
            PairOfferSteps offers,
            Mesh mesh,
            Records records,
            InstantSource clock) {
        this.store = store;
        this.pairing = pairing;
        this.accounts = accounts;
        this.folders = folders;
        this.commands = commands;
        this.offers = offers;
        this.mesh = mesh;
        this.records = records;
        this.clock = clock;
    }

    Actions.Offer offer(String correlation, String name) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        mesh.checkRoom(folder);
        if (commands.find(correlation).isEmpty()) {
            if (accounts.toReach("").isEmpty()) {
                throw new ActionFailed(ActionFailed.Kind.FAILED, NO_ACCOUNT);
            }
            Pairing.Kept made = pairing.newCode();
            CompletableFuture<Void> open = offers.opened(made.code());
            commands.submit(
                    correlation,
                    folder.uuid(),
                    "offer " + made.code(),
                    new Command.PairOffer(
                            folder.uuid().toString(),
                            made.code(),
                            made.expires().toEpochMilli(),
                            0,
                            null));
            open.completeOnTimeout(null, OPENS.toSeconds(), TimeUnit.SECONDS).join();
            records.note(
                    name, "pairing-offered", Map.of("expires", made.expires().toString()));
        }
        CommandRow row = commands.find(correlation).orElseThrow();
        // after a restart it is shown again before the account is online again
        String jid = accounts.toReach("")
                .map(Messenger::bareJid)
                .orElseGet(() -> store.accounts().list().stream()
                        .map(StoredAccount::jid)
                        .sorted()
                        .findFirst()
                        .orElse(""));
        return new Actions.Offer(
                jid, Commands.read(row.arguments(), Command.PairOffer.class).code(), name);
    }

    Actions.Paired awaitPaired(Actions.Offer offer, Duration timeout) throws ActionFailed {
        CommandRow row = store.commands().list().stream()
                .filter(command -> command.kind().equals("pair-offer")
                        && command.version() == Commands.VERSION
                        && Commands.read(command.arguments(), Command.PairOffer.class)
                                .code()
                                .equals(offer.code()))
                .findFirst()
                .orElseThrow(() -> new ActionFailed(
                        ActionFailed.Kind.FAILED, "that code is not open; nothing was changed; ask for a new one"));
        return Answers.await(
                commands.result(row.correlation()),
                Actions.Paired.class,
                timeout,
                "nobody has used the code yet; nothing was changed; try again");
    }

    Actions.Paired join(String correlation, String jid, String code, Optional<Path> directory) throws ActionFailed {
        if (directory.isPresent()) {
            Path path = directory.get().toAbsolutePath().normalize();
            for (OpenFolder folder : folders.all()) {
                if (folder.stored().path().equals(path)) {
                    mesh.checkRoom(folder);
                }
            }
        }
        Command.PairJoin command = new Command.PairJoin(
                jid,
                code,
                directory
                        .map(path -> path.toAbsolutePath().normalize().toString())
                        .orElse(null),
                clock.millis(),
                null,
                null,
                null,
                false,
                null);
        String asked = commands.submit(correlation, null, "join " + jid, command);
        return Answers.await(
                commands.result(asked),
                Actions.Paired.class,
                ONE_JOIN,
                "the other device has not confirmed yet; it goes on in the background; see `tandem status`");
    }
}
