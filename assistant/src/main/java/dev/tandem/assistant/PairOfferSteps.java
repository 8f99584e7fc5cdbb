package dev.tandem.assistant;

import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.commands.CommandRow;
import dev.tandem.assistant.commands.Commands;
import dev.tandem.assistant.commands.Failure;
import dev.tandem.assistant.commands.Outcome;
import dev.tandem.assistant.commands.Run;
import dev.tandem.assistant.store.StoredCommands;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.pairing.OfferKeeper;
import dev.tandem.xmpp.pairing.PairedDevice;
import dev.tandem.xmpp.pairing.Pairing;
import dev.tandem.xmpp.pairing.PairingException;
import dev.tandem.xmpp.pairing.Proof;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one step of a pairing offer: the code is open until a device has used it, or it is good no longer. What it must
 * not forget is kept before the other device hears of it: wrong tries, the proof, the answer.
 */
final class PairOfferSteps {
    private static final Logger LOG = LoggerFactory.getLogger(PairOfferSteps.class);

    private static final Duration OPENS = Duration.ofSeconds(10);

    private final Pairing pairing;
    private final Folders folders;
    private final Introduction introduction;
    private final InstantSource clock;
    private final String device;

    /** By code: completes when it is open. */
    private final Map<String, CompletableFuture<Void>> opening = new ConcurrentHashMap<>();

    PairOfferSteps(Pairing pairing, Folders folders, Introduction introduction, InstantSource clock, String device) {
        this.pairing = pairing;
        this.folders = folders;
        this.introduction = introduction;
        this.clock = clock;
        this.device = device;
    }

    /** Completes when a code that is about to be offered is open. */
    CompletableFuture<Void> opened(String code) {
        return opening.computeIfAbsent(code, c -> new CompletableFuture<>());
    }

    /** Returns when what was on offer when the last daemon ended is on offer again: before anybody can be heard. */
    void awaitReopened(List<CommandRow> rows) {
        for (CommandRow row : rows) {
            if (!row.state().isFinal() && row.kind().equals("pair-offer") && row.version() == Commands.VERSION) {
                String code =
                        Commands.read(row.arguments(), Command.PairOffer.class).code();
                opened(code)
                        .completeOnTimeout(null, OPENS.toSeconds(), TimeUnit.SECONDS)
                        .join();
            }
        }
    }

    void run(Command.PairOffer command, Run run) {
        Instant expires = Instant.ofEpochMilli(command.expiresMillis());
        Optional<OpenFolder> folder = folders.of(command.folder());
        if (folder.isEmpty() || expires.plus(StoredCommands.KEPT).isBefore(clock.instant())) {
            opened(command.code()).complete(null);
            opening.remove(command.code());
            run.end(new Outcome.Failed(Failure.of(
                    folder.isEmpty()
                            ? "the folder cannot be opened now, so its code is void; make a new one when it can"
                            : "the other device knew the code, but was never heard of again; make a new one")));
            return;
        }
        Pairing.Kept kept = new Pairing.Kept(
                command.code(), expires, command.wrongTries(), Optional.ofNullable(proof(command.proof())));
        byte[] facts = PairingFacts.of(folder.get(), device).encode();
        Pairing.Offer offer = pairing.reopen(kept, facts, new Keeping(command, run, folder.get()));
        var unused = offer.paired()
                .whenComplete((paired, failure) -> run.guard(() -> {
                    opening.remove(command.code());
                    if (failure != null) {
                        run.end(new Outcome.Failed(failure(failure)));
                    } else {
                        tell(folder.get(), paired);
                    }
                }));
        opened(command.code()).complete(null);
    }

    /** What was used not long ago: whoever has not heard our last word may ask for it again. */
    void repeatLastWords(List<CommandRow> rows) {
        for (CommandRow row : rows) {
            if (row.state() == CommandRow.State.DONE && row.kind().equals("pair-offer")) {
                Proof proof = proof(
                        Commands.read(row.arguments(), Command.PairOffer.class).proof());
                if (proof != null) {
                    pairing.reopen(Pairing.Kept.used(proof), new byte[0], OfferKeeper.NONE);
                }
            }
        }
    }

    private void tell(OpenFolder folder, PairedDevice paired) {
        try {
            introduction.tell(folder, paired.device(), paired.jid(), PairingFacts.parse(paired.facts()));
        } catch (IOException later) {
            LOG.warn("{} is paired; what runs learns of it when the daemon starts again", paired.device(), later);
        }
    }

    private static @Nullable Proof proof(Command.@Nullable Proof kept) {
        return kept == null ? null : new Proof(kept.exchange(), new DeviceId(kept.device()), kept.jid(), kept.key());
    }

    static Failure failure(Throwable failed) {
        Throwable cause = failed instanceof java.util.concurrent.CompletionException && failed.getCause() != null
                ? failed.getCause()
                : failed;
        boolean late = cause instanceof PairingException refused && refused.kind() == PairingException.Kind.TIMED_OUT;
        return new Failure(late ? "timed-out" : "failed", Diagnosis.brief(cause));
    }

    /** Keeps what the offer learns. */
    private final class Keeping implements OfferKeeper {
        private final Run run;
        private final OpenFolder folder;

        /** Guarded by the lock of the offers, under which all calls come. */
        private Command.PairOffer now;

        Keeping(Command.PairOffer command, Run run, OpenFolder folder) {
            now = command;
            this.run = run;
            this.folder = folder;
        }

        @Override
        public void tried(int wrongTries) {
            keep(new Command.PairOffer(now.folder(), now.code(), now.expiresMillis(), wrongTries, now.proof()));
            run.at("tried");
        }

        @Override
        public void proven(Proof proof) {
            run.at("proving");
            keep(new Command.PairOffer(
                    now.folder(),
                    now.code(),
                    now.expiresMillis(),
                    now.wrongTries(),
                    new Command.Proof(proof.exchange(), proof.device().hex(), proof.jid(), proof.key())));
            run.at("proven");
        }

        private void keep(Command.PairOffer next) {
            run.save(next);
            now = next;
        }

        @Override
        public void answered(PairedDevice paired) throws IOException {
            PairingFacts facts = PairingFacts.parse(paired.facts());
            boolean wanted = run.end(new Outcome.Done(
                    Introduction.paired(folder, paired.device(), facts),
                    () -> introduction.keep(folder, paired.device(), paired.jid(), facts)));
            if (!wanted) {
                throw new IOException("the folder was removed meanwhile");
            }
        }
    }
}
